# Config of `make demo`: six synthetic motions, minutes on two CPU cores.
_base_ = 'skdsrl_r3d18_ucf101.py'

size = 48
train_pipeline = [
    dict(type='VideoInit'),
    dict(
        type='SampleTwoClips',
        sampler=dict(type='SampleFrames', clip_len=16),
    ),
    dict(type='DecordDecode'),
    dict(
        type='SiameseTwoView',
        transforms=[
            dict(type='Resize', scale=(-1, 56)),
            dict(type='RandomCrop', size=size),
            dict(type='Flip', flip_ratio=0.5),
            dict(type='ClipContrast'),
            dict(type='ClipBrightness'),
            dict(type='ClipHue'),
            dict(type='ClipGaussianBlur'),
            dict(type='ChannelSplit'),
        ],
    ),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]


def eval_pipeline(num_clips):
    return [
        dict(type='VideoInit'),
        dict(
            type='SampleFrames',
            clip_len=16,
            num_clips=num_clips,
            test_mode=True,
        ),
        dict(type='DecordDecode'),
        dict(type='Resize', scale=(-1, 56)),
        dict(type='CenterCrop', crop_size=size),
        dict(type='FormatShape', input_format='NCTHW'),
        dict(type='PackActionInputs'),
    ]


# Checkpoints keep the names, in this order of the labels.
classes = ['rest', 'rise', 'fall', 'drift', 'drift_up', 'drift_down']

model = dict(
    backbone=dict(base_channels=16),
    cls_head=dict(num_classes=6, in_channels=128),
    siamese_head=dict(proj_channels=256, pred_channels=64),
)


def loader(split, pipeline, batch_size):
    return dict(
        batch_size=batch_size,
        num_workers=2,
        dataset=dict(
            ann_file=f'data/demo/{split}.txt',
            data_prefix=dict(video='data/demo/videos'),
            pipeline=pipeline,
            metainfo=dict(classes=classes),
        ),
    )


train_dataloader = loader('train', train_pipeline, 8)
val_dataloader = loader('val', eval_pipeline(1), 8)
test_dataloader = loader('test', eval_pipeline(10), 8)

train_cfg = dict(max_epochs=8)
# The paper's learning rate is for a batch of 32; scaled to 8.
optim_wrapper = dict(optimizer=dict(lr=0.0025))
param_scheduler = [
    dict(
        type='CosineAnnealingLR',
        T_max=8,
        eta_min=0,
        by_epoch=True,
        convert_to_iter_based=True,
    )
]
default_hooks = dict(checkpoint=dict(max_keep_ckpts=1))
