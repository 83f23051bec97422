# Two distorted views teach each other (DDGSD), without SKD-SRL's losses.
_base_ = 'skdsrl_r3d18_ucf101.py'

model = dict(
    distill_head=None,
    siamese_head=None,
    train_heads=[dict(type='DDGSDHead')],
)
