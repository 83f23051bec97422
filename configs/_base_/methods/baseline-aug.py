# One view with the operators of section III-B.
_base_ = 'photometric.py'

train_pipeline = [
    dict(type='VideoInit'),
    dict(type='SampleFrames', clip_len=16, frame_interval=1, num_clips=1),
    dict(type='DecordDecode'),
    dict(type='Resize', scale=(-1, 128)),
    dict(type='RandomCrop', size=112),
    dict(type='Flip', flip_ratio=0.5),
    *_base_.photometric,
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
