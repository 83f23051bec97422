"""``int()`` of an array of one element, in the MultiSports metric."""

import warnings

import numpy as np


def convert_one_element_arrays() -> None:
    """Let the MultiSports metric convert arrays of one element to ``int``.

    Symptom: ``TypeError: only 0-dimensional arrays can be converted to Python
    scalars`` from ``MultiSportsMetric``.

    Cause: numpy 2.4 converts arrays without dimensions only; numpy 1.25 to
    2.3 warn. The host finds a frame by ``int(np.where(…)[0])``. Its module
    gets an ``int`` of its own.

    Unnecessary once MMAction2 supports numpy 2.4.
    """
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            int(np.zeros(1))
        except TypeError:
            from mmaction.evaluation.functional import multisports_utils

            multisports_utils.int = _to_int


def _to_int(value) -> int:
    return int(value.item() if isinstance(value, np.ndarray) else value)
