# Hints from a stage of the teacher, beside its logits.
_base_ = 'kd_r3d18_ut-interaction_r3d34.py'

model = dict(train_heads=[dict(type='FitNetHead')])
