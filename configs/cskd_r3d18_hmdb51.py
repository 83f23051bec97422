# Two videos of a class teach each other (CS-KD).
_base_ = 'baseline-aug_r3d18_hmdb51.py'

model = dict(type='DistillRecognizer3D', train_heads=[dict(type='CSKDHead')])
train_dataloader = dict(sampler=dict(type='ClassPairSampler'))
