_base_ = [
    'mmaction::recognition/tsm/'
    'tsm_imagenet-pretrained-r50_8xb16-1x1x8-50e_kinetics400-rgb.py',
    '../_base_/methods/training_heads.py',
    '../_base_/methods/photometric.py',
]

custom_imports = dict(imports=['skdsrl_mmaction'], allow_failed_imports=False)
model = dict(
    type='SKDSRLRecognizer2D',
    distill_head={{_base_.distill_head}},
    siamese_head={{_base_.siamese_head}},
)
train_pipeline = [
    dict(type='DecordInit', io_backend='disk'),
    dict(
        type='SampleTwoClips',
        sampler=dict(
            type='SampleFrames', clip_len=1, frame_interval=1, num_clips=8
        ),
    ),
    dict(type='DecordDecode'),
    dict(
        type='SiameseTwoView',
        transforms=[
            dict(type='Resize', scale=(-1, 256)),
            dict(
                type='MultiScaleCrop',
                input_size=224,
                scales=(1, 0.875, 0.75, 0.66),
                random_crop=False,
                max_wh_scale_gap=1,
                num_fixed_crops=13,
            ),
            dict(type='Resize', scale=(224, 224), keep_ratio=False),
            dict(type='Flip', flip_ratio=0.5),
            *_base_.photometric,
        ],
    ),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs'),
]
train_dataloader = dict(drop_last=True, dataset=dict(pipeline=train_pipeline))
train_cfg = dict(type='ResumableEpochBasedTrainLoop')
default_hooks = dict(draw=dict(type='DrawHook'))
# The stock constructor gives the last linear layer, here that of the
# predictor, five times the learning rate.
optim_wrapper = dict(constructor='SKDSRLTSMOptimWrapperConstructor')
