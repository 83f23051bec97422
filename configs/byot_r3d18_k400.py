# Branches at the stages learn from the last classifier.
_base_ = 'baseline-aug_r3d18_k400.py'

model = dict(type='DistillRecognizer3D', train_heads=[dict(type='BYOTHead')])
