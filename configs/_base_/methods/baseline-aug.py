# One view with the operators of section III-B, between the crop and the layout
# of the baseline.
_base_ = ['baseline.py', 'photometric.py']

train_pipeline = [
    *_base_.train_pipeline[:-2],
    dict(type='Flip', flip_ratio=0.5),
    *_base_.photometric,
    *_base_.train_pipeline[-2:],
]
