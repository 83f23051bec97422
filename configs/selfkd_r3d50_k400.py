# SKD-SRL without Siamese representation learning.
_base_ = 'skdsrl_r3d50_k400.py'

model = dict(siamese_head=None)
