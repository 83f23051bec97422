# The soft label as it is, without temperature.
_base_ = '../skdsrl_r3d18_ucf101.py'

model = dict(distill_head=dict(tau=1))
