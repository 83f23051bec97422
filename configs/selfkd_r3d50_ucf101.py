# SKD-SRL without Siamese representation learning.
_base_ = 'skdsrl_r3d50_ucf101.py'

model = dict(siamese_head=None)
