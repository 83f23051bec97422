# Projections of 512 channels and not 2048.
_base_ = '../skdsrl_r3d18_ucf101.py'

model = dict(siamese_head=dict(proj_channels=512))
