# A predictor of three layers.
_base_ = 'skdsrl_r3d18_ut-interaction.py'

model = dict(siamese_head=dict(pred_layers=3))
