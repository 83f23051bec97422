# The soft label as it is, without temperature.
_base_ = 'skdsrl_r3d18_ut-interaction.py'

model = dict(distill_head=dict(tau=1))
