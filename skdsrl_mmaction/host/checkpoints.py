"""Checkpoints of MMEngine, read by ``torch.load(weights_only=True)``."""

from typing import List, Tuple, Union


def allow_checkpoint_globals() -> None:
    """Allow what MMEngine's checkpoints hold when torch loads them.

    Symptom: ``Weights only load failed … HistoryBuffer`` on resume and test.

    Cause: torch >= 2.6 loads with ``weights_only=True``, and the checkpoints
    hold the log buffers (mmengine issue 1655). A hostile pickle is refused as
    before.

    Unnecessary once MMEngine does this itself.
    """
    import torch
    from mmengine.utils import digit_version

    if digit_version(torch.__version__) >= digit_version('2.6.0'):
        torch.serialization.add_safe_globals(checkpoint_globals())


def checkpoint_globals() -> List[Union[type, Tuple[object, str]]]:
    """Return what a checkpoint of MMEngine asks for beside torch's own.

    Returns:
        list: As ``torch.serialization.add_safe_globals`` takes it: classes,
        and objects with the path under which a checkpoint asks for them.
    """
    import numpy as np
    from mmengine.logging import HistoryBuffer

    reconstruct = np.empty(0).__reduce__()[0]
    scalar = np.float64(0).__reduce__()[0]
    allowed = [
        HistoryBuffer,
        np.ndarray,
        np.dtype,
        (_history_statistic, 'builtins.getattr'),
    ]
    # A checkpoint names the numpy of the machine that wrote it, 1.x or 2.x.
    for path in ('numpy.core.multiarray', 'numpy._core.multiarray'):
        allowed += [
            (scalar, f'{path}.scalar'),
            (reconstruct, f'{path}._reconstruct'),
        ]
    allowed += [
        type(np.dtype(kind))
        for kind in (
            np.float64,
            np.float32,
            np.int64,
            np.int32,
            np.uint8,
            np.bool_,
        )
    ]
    return allowed


def _history_statistic(owner: type, name: str):
    """Return a statistic of HistoryBuffer, for ``getattr`` in a checkpoint.

    Raises:
        ValueError: For any other object or attribute.
    """
    from mmengine.logging import HistoryBuffer

    if owner is not HistoryBuffer or name not in (
        'mean',
        'max',
        'min',
        'current',
    ):
        raise ValueError(
            f'checkpoint asks for {owner!r}.{name}, which no '
            'MMEngine checkpoint needs; refused'
        )
    return getattr(HistoryBuffer, name)
