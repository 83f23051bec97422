"""A function that Python 3.14 removed, for the modules that use it."""

import importlib.util
import pkgutil
import types

_USERS = 'mmengine.utils.dl_utils.misc', 'mmcv.utils.ext_loader'


def give_find_loader() -> None:
    """Give ``pkgutil.find_loader`` to MMEngine and mmcv.

    Symptom: ``module 'pkgutil' has no attribute 'find_loader'`` when a
    ``Runner`` of one process trains or tests a model.

    Cause: both look for mmcv's compiled operators by it, and Python 3.14
    removed it. Each gets a ``pkgutil`` of its own; Python's stays as it is.

    Unnecessary once both use ``importlib.util.find_spec``.
    """
    if not hasattr(pkgutil, 'find_loader'):
        own = types.SimpleNamespace(find_loader=importlib.util.find_spec)
        for name in _USERS:
            importlib.import_module(name).pkgutil = own
