# One view of optical flow, which the reader returns in place of frames.
_base_ = 'baseline.py'

train_pipeline = [
    *_base_.train_pipeline[:-2],
    dict(type='FlipFlow', flip_ratio=0.5),
    *_base_.train_pipeline[-2:],
]
