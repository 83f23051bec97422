# A hidden layer of 128 channels in the predictor, and not 512.
_base_ = '../skdsrl_r3d18_ucf101.py'

model = dict(siamese_head=dict(pred_channels=128))
