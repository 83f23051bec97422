# The teacher of MARS: plain training on the optical flow.
_base_ = [
    '../_base_/models/r3d18.py',
    '../_base_/methods/flow.py',
    '../_base_/datasets/ut_interaction.py',
    '../_base_/schedules/sgd_200e_plateau.py',
    '../_base_/default_runtime.py',
]

model = dict(cls_head=dict(num_classes={{_base_.num_classes}}))
flow = dict(video='data/ut_interaction_flow')
train_dataloader = dict(
    dataset=dict(data_prefix=flow, pipeline={{_base_.train_pipeline}})
)
val_dataloader = dict(dataset=dict(data_prefix=flow))
test_dataloader = dict(dataset=dict(data_prefix=flow))
