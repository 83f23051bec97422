# Views are cropped and flipped, and nothing else.
_base_ = '../skdsrl_r3d18_ucf101.py'

train_pipeline = _base_.train_pipeline
train_pipeline[3]['transforms'] = train_pipeline[3]['transforms'][:3]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
