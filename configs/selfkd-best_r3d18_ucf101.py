# The best weights of the run so far teach the present ones.
_base_ = 'baseline-aug_r3d18_ucf101.py'

model = dict(
    type='DistillRecognizer3D', train_heads=[dict(type='BestTeacherHead')]
)
custom_hooks = [dict(type='BestTeacherHook')]
