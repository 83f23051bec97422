# Both views are made of the same frames.
_base_ = 'skdsrl_r3d18_ut-interaction.py'

train_pipeline = _base_.train_pipeline
train_pipeline[1] = train_pipeline[1]['sampler']
train_pipeline[3].update(same_clip=True)
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
