# Siamese representation learning without the soft label.
_base_ = 'skdsrl_r3d18_ut-interaction.py'

model = dict(distill_head=None)
