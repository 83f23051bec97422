"""What mmcv-lite says of a module that no recognizer here uses."""

import warnings


def import_mmcv_without_its_warning() -> None:
    """Import mmcv's layers without the warning about a missing operator.

    Symptom: ``UserWarning: Fail to import ``MultiScaleDeformableAttention```
    when any command starts.

    Cause: with mmcv-lite, ``mmcv.cnn.bricks.transformer`` warns as it is
    imported. It is imported here, where this warning alone is ignored;
    filters of warnings stay as they are.

    Unnecessary once mmcv warns where the operator is used.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings(
            'ignore', 'Fail to import ``MultiScaleDeformableAttention``'
        )
        import mmcv.cnn.bricks.transformer  # noqa: F401
