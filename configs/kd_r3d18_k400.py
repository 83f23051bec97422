_base_ = 'baseline-aug_r3d18_k400.py'

model = dict(
    type='KDRecognizer3D',
    tau=4,
    loss_weight=16,
    teacher=dict(
        type='Recognizer3D',
        backbone=dict(type='R3D', depth=50),
        cls_head=dict(
            type='I3DHead',
            num_classes={{_base_.num_classes}},
            in_channels=2048,
            dropout_ratio=0,
            average_clips='prob',
        ),
    ),
    # Train configs/baseline-aug_r3d50_k400.py first and name its
    # checkpoint: --cfg-options model.teacher_checkpoint=FILE
    teacher_checkpoint=None,
)
