# The teacher of MARS: plain training on the optical flow.
_base_ = [
    '_base_/models/r3d18.py',
    '_base_/methods/flow.py',
    '_base_/datasets/k400.py',
    '_base_/schedules/sgd_200e_plateau.py',
    '_base_/default_runtime.py',
]

model = dict(cls_head=dict(num_classes={{_base_.num_classes}}))
train_dataloader = dict(
    dataset=dict(
        data_prefix=dict(video='data/kinetics400/flow_train'),
        pipeline={{_base_.train_pipeline}},
    )
)
val_flow = dict(video='data/kinetics400/flow_val')
val_dataloader = dict(dataset=dict(data_prefix=val_flow))
test_dataloader = dict(dataset=dict(data_prefix=val_flow))
