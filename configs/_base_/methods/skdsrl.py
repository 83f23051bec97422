# Eq. 5 with the paper's alpha, beta and tau.
distill_head = dict(type='SelfDistillHead', tau=10, loss_weight=0.1)
siamese_head = dict(
    type='SiameseHead', proj_channels=2048, pred_channels=512, loss_weight=1.0
)

# Section III-B: two clips, and each operator with probability 0.5 for each.
train_pipeline = [
    dict(type='VideoInit'),
    dict(
        type='SampleTwoClips',
        sampler=dict(
            type='SampleFrames', clip_len=16, frame_interval=1, num_clips=1
        ),
    ),
    dict(type='DecordDecode'),
    dict(
        type='SiameseTwoView',
        transforms=[
            dict(type='Resize', scale=(-1, 128)),
            dict(type='RandomCrop', size=112),
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
