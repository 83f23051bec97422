# An auxiliary network refines the features and teaches.
_base_ = 'baseline-aug_r3d18_k400.py'

model = dict(type='DistillRecognizer3D', train_heads=[dict(type='FRSKDHead')])
