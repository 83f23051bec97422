"""Names that numpy 2 removed, for the modules of the host that use them."""

import importlib
import types

import numpy as np

_USERS = {
    'mmaction.datasets.transforms.pose_transforms': 'Inf',
    'mmaction.evaluation.functional.accuracy': 'trapz',
    'mmaction.evaluation.functional.ava_evaluation.metrics': 'NAN',
    'mmaction.evaluation.metrics.multimodal_metric': 'in1d',
    'mmaction.utils.misc': 'Inf',
}
_SUCCESSORS = {
    'Inf': 'inf',
    'NAN': 'nan',
    'in1d': 'isin',  # the same for one-dimensional arrays, the host's only
    'trapz': 'trapezoid',
}


class _Numpy(types.ModuleType):
    """numpy with the removed names; what is assigned to it stays here."""

    def __getattr__(self, name: str):
        return getattr(np, _SUCCESSORS.get(name, name))


def give_removed_numpy_names() -> None:
    """Give ``np.Inf``, ``NAN``, ``in1d`` and ``trapz`` to the host's users.

    Symptom: ``AttributeError: `np.Inf` was removed in the NumPy 2.0 release``
    from ``PoseCompact``, ``MMCompact`` and ``frame_extract``; likewise
    ``NAN`` from AVA's average precision, ``in1d`` from ``RetrievalRecall``
    and ``trapz`` from ActivityNet's average recall.

    Cause: numpy 2.0 removed the first two names, numpy 2.4 the others. Each
    module that uses one gets a numpy of its own as ``np``; numpy itself stays
    as it is.

    Unnecessary once MMAction2 supports numpy 2.
    """
    for module, name in _USERS.items():
        if not hasattr(np, name):
            importlib.import_module(module).np = _Numpy('numpy')


def keep_numpy_bool() -> None:
    """Keep ``ImgAug`` from overwriting ``np.bool``.

    Symptom: after a failed or successful construction of ``ImgAug``, other
    code fails, e.g. ``'bool' object has no attribute 'any'`` in
    ``numpy.testing``.

    Cause: its constructor runs ``np.bool = bool`` for numpy 1.24, which had
    no such name; in numpy 2 this replaces numpy's scalar type. The assignment
    goes to a numpy of the module's own.

    Unnecessary once MMAction2 supports numpy 2.
    """
    if vars(np).get('bool') is np.bool_:
        from mmaction.datasets.transforms import wrappers

        wrappers.np = _Numpy('numpy')
