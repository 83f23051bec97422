# SKD-SRL without Siamese representation learning.
_base_ = 'skdsrl_r3d18_ut-interaction.py'

model = dict(siamese_head=None)
