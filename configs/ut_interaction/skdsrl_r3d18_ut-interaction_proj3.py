# A projector of three layers, as in SimSiam.
_base_ = 'skdsrl_r3d18_ut-interaction.py'

model = dict(siamese_head=dict(proj_layers=3))
