_base_ = 'r3d18.py'

model = dict(backbone=dict(depth=50), cls_head=dict(in_channels=2048))
