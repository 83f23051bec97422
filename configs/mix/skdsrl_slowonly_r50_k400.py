_base_ = [
    'mmaction::recognition/slowonly/'
    'slowonly_r50_8xb16-4x16x1-256e_kinetics400-rgb.py',
    '../_base_/methods/training_heads.py',
    '../_base_/methods/photometric.py',
]

custom_imports = dict(imports=['skdsrl_mmaction'], allow_failed_imports=False)
model = dict(
    type='SKDSRLRecognizer3D',
    distill_head={{_base_.distill_head}},
    siamese_head={{_base_.siamese_head}},
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
            *_base_.photometric,
        ],
    ),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
train_dataloader = dict(drop_last=True, dataset=dict(pipeline=train_pipeline))
train_cfg = dict(type='ResumableEpochBasedTrainLoop')
default_hooks = dict(draw=dict(type='DrawHook'))
