# Taught by R3D-34, which learns from few videos where R3D-50 does not.
_base_ = 'kd_r3d18_ut-interaction.py'

model = dict(
    teacher=dict(backbone=dict(depth=34), cls_head=dict(in_channels=512))
)
