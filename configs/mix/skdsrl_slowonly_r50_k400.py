_base_ = (
    'mmaction::recognition/slowonly/'
    'slowonly_r50_8xb16-4x16x1-256e_kinetics400-rgb.py'
)

custom_imports = dict(imports=['skdsrl_mmaction'], allow_failed_imports=False)
model = dict(
    type='SKDSRLRecognizer3D',
    distill_head=dict(type='SelfDistillHead', tau=10, loss_weight=0.1),
    siamese_head=dict(type='SiameseHead', loss_weight=1.0),
)
train_pipeline = [
    dict(type='DecordInit', io_backend='disk'),
    dict(
        type='SampleTwoClips',
        sampler=dict(
            type='SampleFrames', clip_len=4, frame_interval=16, num_clips=1
        ),
    ),
    dict(type='DecordDecode'),
    dict(
        type='SiameseTwoView',
        transforms=[
            dict(type='Resize', scale=(-1, 256)),
            dict(type='RandomResizedCrop'),
            dict(type='Resize', scale=(224, 224), keep_ratio=False),
            dict(type='Flip', flip_ratio=0.5),
            dict(type='ClipContrast', factor_range=(0.5, 1.5), prob=0.5),
            dict(type='ClipBrightness', max_delta=64, prob=0.5),
            dict(type='ClipHue', shift_range=(0, 0.1), prob=0.5),
            dict(type='ClipGaussianBlur', sigma_range=(0.1, 2.0), prob=0.5),
            dict(type='ChannelSplit', prob=0.5),
        ],
    ),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
train_dataloader = dict(drop_last=True, dataset=dict(pipeline=train_pipeline))
