model = dict(
    type='Recognizer3D',
    backbone=dict(type='R3D', depth=18),
    cls_head=dict(
        type='I3DHead',
        num_classes=400,
        in_channels=512,
        spatial_type='avg',
        dropout_ratio=0,
        average_clips='prob',
    ),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[127.5, 127.5, 127.5],  # to [-1, 1]
        std=[127.5, 127.5, 127.5],
        format_shape='NCTHW',
    ),
    train_cfg=None,
    test_cfg=None,
)
