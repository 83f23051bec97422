# Hints from a stage of the teacher, beside its logits.
_base_ = 'kd_r3d18_ucf101.py'

model = dict(train_heads=[dict(type='FitNetHead')])
