# R3D-18 over frames, taught by R3D-18 over their optical flow. A config sets
# num_classes of both.
_base_ = 'r3d18.py'

model = dict(
    type='MARSRecognizer3D',
    loss_weight=50,
    teacher=dict(
        type='Recognizer3D',
        backbone=dict(type='R3D', depth=18),
        cls_head=dict(
            type='I3DHead',
            in_channels=512,
            dropout_ratio=0,
            average_clips='prob',
        ),
    ),
    # Train the flow config of R3D-18 first and set its checkpoint:
    # --cfg-options model.teacher_checkpoint=FILE
    teacher_checkpoint=None,
)
