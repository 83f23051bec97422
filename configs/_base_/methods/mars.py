# Frames and their optical flow through one crop and flip; the photometric
# operators, before them, see frames alone. A config sets flow_dir.
_base_ = ['baseline.py', 'photometric.py']

train_pipeline = [
    *_base_.train_pipeline[:4],
    *_base_.photometric,
    dict(type='AddFlow'),
    dict(type='RandomCrop', size=112),
    dict(type='FlipFlow', flip_ratio=0.5),
    *_base_.train_pipeline[-2:],
]
