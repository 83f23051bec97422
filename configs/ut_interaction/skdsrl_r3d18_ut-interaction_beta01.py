# beta is 0.1.
_base_ = 'skdsrl_r3d18_ut-interaction.py'

model = dict(siamese_head=dict(loss_weight=0.1))
