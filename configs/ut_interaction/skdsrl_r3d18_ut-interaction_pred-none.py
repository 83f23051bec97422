# Without a predictor: v is z.
_base_ = 'skdsrl_r3d18_ut-interaction.py'

model = dict(siamese_head=dict(pred_layers=0))
