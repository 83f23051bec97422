_base_ = ['training_heads.py', 'photometric.py']

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
            *_base_.photometric,
        ],
    ),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
