_base_ = [
    '_base_/models/mars_r3d18.py',
    '_base_/methods/mars.py',
    '_base_/datasets/hmdb51.py',
    '_base_/schedules/sgd_200e_plateau.py',
    '_base_/default_runtime.py',
]

model = dict(
    cls_head=dict(num_classes={{_base_.num_classes}}),
    teacher=dict(cls_head=dict(num_classes={{_base_.num_classes}})),
)
train_pipeline = _base_.train_pipeline
train_pipeline[9].update(flow_dir='data/hmdb51/flow')
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
