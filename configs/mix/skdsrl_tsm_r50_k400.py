_base_ = (
    'mmaction::recognition/tsm/'
    'tsm_imagenet-pretrained-r50_8xb16-1x1x8-50e_kinetics400-rgb.py'
)

custom_imports = dict(imports=['skdsrl_mmaction'], allow_failed_imports=False)
model = dict(
    type='SKDSRLRecognizer2D',
    distill_head=dict(type='SelfDistillHead', tau=10, loss_weight=0.1),
    siamese_head=dict(type='SiameseHead', loss_weight=1.0),
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
            dict(type='ClipContrast', factor_range=(0.5, 1.5), prob=0.5),
            dict(type='ClipBrightness', max_delta=64, prob=0.5),
            dict(type='ClipHue', shift_range=(0, 0.1), prob=0.5),
            dict(type='ClipGaussianBlur', sigma_range=(0.1, 2.0), prob=0.5),
            dict(type='ChannelSplit', prob=0.5),
        ],
    ),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackActionInputs'),
]
train_dataloader = dict(drop_last=True, dataset=dict(pipeline=train_pipeline))
# The stock one gives the last linear layer five times the learning rate.
optim_wrapper = dict(constructor='SKDSRLTSMOptimWrapperConstructor')
