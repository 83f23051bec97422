# Siamese representation learning without the soft label.
_base_ = '../skdsrl_r3d18_ucf101.py'

model = dict(distill_head=None)
