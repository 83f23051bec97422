# Ten times the paper's alpha.
_base_ = 'skdsrl_r3d18_ut-interaction.py'

model = dict(distill_head=dict(loss_weight=1.0))
