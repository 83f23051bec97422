"""Config of a stock recognizer that trains in a moment."""


def stock_recognizer(**preprocessor):
    """A narrow R3D-18 over 3 classes.

    Args:
        **preprocessor: More arguments of the data preprocessor.
    """
    return dict(
        type='Recognizer3D',
        backbone=dict(type='R3D', depth=18, base_channels=4),
        cls_head=dict(
            type='I3DHead',
            num_classes=3,
            in_channels=32,
            dropout_ratio=0.5,
            average_clips='prob',
        ),
        data_preprocessor=dict(
            type='ActionDataPreprocessor',
            mean=[127.5, 127.5, 127.5],
            std=[127.5, 127.5, 127.5],
            format_shape='NCTHW',
            **preprocessor,
        ),
    )
