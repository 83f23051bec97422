# The predictions of the epoch before soften the labels (PS-KD).
_base_ = 'baseline-aug_r3d18_hmdb51.py'

model = dict(type='DistillRecognizer3D', train_heads=[dict(type='PSKDHead')])
custom_hooks = [dict(type='PastPredictionsHook')]
