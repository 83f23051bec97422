# A predictor without BatchNorm.
_base_ = 'skdsrl_r3d18_ut-interaction.py'

model = dict(siamese_head=dict(norm=False))
