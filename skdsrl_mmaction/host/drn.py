"""A stand-in for the folder that the released mmaction2 lacks."""

import importlib.util
import os.path as osp
import sys
import types


def install_drn_stand_in() -> None:
    """Stand in for the localizer DRN; building it raises.

    Symptom: ``No module named 'mmaction.models.localizers.drn'``.

    Cause: the 1.2.0 wheel and sdist on PyPI lack that folder, which
    ``mmaction.models`` imports (mmaction2 issue 2714).

    Unnecessary once a release contains it.
    """
    name = 'mmaction.models.localizers.drn'
    if name in sys.modules:
        return
    root = importlib.util.find_spec('mmaction').submodule_search_locations[0]
    if osp.isdir(osp.join(root, 'models', 'localizers', 'drn')):
        return

    class DRN:
        """Raises: the released mmaction2 does not contain this localizer."""

        def __init__(self, *args, **kwargs) -> None:
            raise ImportError(
                'DRN is missing from the mmaction2 release on PyPI '
                '(mmaction2 issue 2714); install mmaction2 from source '
                'to use it'
            )

    package, module = types.ModuleType(name), types.ModuleType(f'{name}.drn')
    package.__path__ = []  # marks it as a package
    package.drn, module.DRN = module, DRN
    sys.modules[name], sys.modules[f'{name}.drn'] = package, module
