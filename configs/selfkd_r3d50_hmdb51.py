# SKD-SRL without Siamese representation learning.
_base_ = 'skdsrl_r3d50_hmdb51.py'

model = dict(siamese_head=None)
