# Hints from a stage of the teacher, beside its logits.
_base_ = 'kd_r3d18_k400.py'

model = dict(train_heads=[dict(type='FitNetHead')])
