# R3D-18 taught by R3D-50. A config sets num_classes of both.
_base_ = 'r3d18.py'

model = dict(
    type='KDRecognizer3D',
    tau=4,
    loss_weight=16,
    teacher=dict(
        type='Recognizer3D',
        backbone=dict(type='R3D', depth=50),
        cls_head=dict(
            type='I3DHead',
            in_channels=2048,
            dropout_ratio=0,
            average_clips='prob',
        ),
    ),
    # Train the baseline-aug config of R3D-50 first and set its checkpoint:
    # --cfg-options model.teacher_checkpoint=FILE
    teacher_checkpoint=None,
)
