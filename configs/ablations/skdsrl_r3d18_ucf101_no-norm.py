# A predictor without BatchNorm.
_base_ = '../skdsrl_r3d18_ucf101.py'

model = dict(siamese_head=dict(norm=False))
