# What the data sets have in common. The training pipeline belongs to the
# method, so a config sets train_dataloader.dataset.pipeline.


def eval_pipeline(num_clips):
    return [
        dict(type='VideoInit'),
        dict(
            type='SampleFrames',
            clip_len=16,
            frame_interval=1,
            num_clips=num_clips,
            test_mode=True,
        ),
        dict(type='DecordDecode'),
        dict(type='Resize', scale=(-1, 128)),
        dict(type='CenterCrop', crop_size=112),
        dict(type='FormatShape', input_format='NCTHW'),
        dict(type='PackActionInputs'),
    ]


val_pipeline = eval_pipeline(num_clips=1)
# The paper does not give a test protocol: 10 clips evenly over the video.
test_pipeline = eval_pipeline(num_clips=10)

train_dataloader = dict(
    batch_size=32,
    num_workers=8,
    persistent_workers=True,
    drop_last=True,  # BatchNorm in the predictor needs two videos or more
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(type='VideoDataset'),
)
val_dataloader = dict(
    batch_size=32,
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='VideoDataset', pipeline=val_pipeline, test_mode=True),
)
test_dataloader = dict(
    batch_size=4,
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='VideoDataset', pipeline=test_pipeline, test_mode=True),
)

val_evaluator = dict(type='AccMetric')
test_evaluator = val_evaluator
