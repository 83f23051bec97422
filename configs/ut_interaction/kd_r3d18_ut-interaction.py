_base_ = [
    '../_base_/models/kd_r3d18.py',
    '../_base_/methods/baseline-aug.py',
    '../_base_/datasets/ut_interaction.py',
    '../_base_/schedules/sgd_200e_plateau.py',
    '../_base_/default_runtime.py',
]

model = dict(
    cls_head=dict(num_classes={{_base_.num_classes}}),
    teacher=dict(cls_head=dict(num_classes={{_base_.num_classes}})),
)
train_dataloader = dict(dataset=dict(pipeline={{_base_.train_pipeline}}))
