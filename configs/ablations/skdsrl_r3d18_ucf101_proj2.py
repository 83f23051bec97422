# A projector of two layers.
_base_ = '../skdsrl_r3d18_ucf101.py'

model = dict(siamese_head=dict(proj_layers=2))
