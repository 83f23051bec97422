# Cross-entropy of both views and nothing else: alpha = beta = 0.
_base_ = 'skdsrl_r3d18_ut-interaction.py'

model = dict(distill_head=None, siamese_head=None)
