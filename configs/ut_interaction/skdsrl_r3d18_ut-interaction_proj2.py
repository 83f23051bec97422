# A projector of two layers.
_base_ = 'skdsrl_r3d18_ut-interaction.py'

model = dict(siamese_head=dict(proj_layers=2))
