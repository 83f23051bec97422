"""A stand-in for the folder that the released mmaction2 lacks."""

import importlib.machinery
import importlib.util
import os.path as osp
import sys
import types


def install_drn_stand_in() -> None:
    """``No module named 'mmaction.models.localizers.drn'``.

    The 1.2.0 wheel and sdist on PyPI lack that folder, which
    ``mmaction.models`` imports (mmaction2 issue 2714). Unnecessary once a
    release contains it. The stand-in raises when its ``DRN`` is built.
    """
    name = 'mmaction.models.localizers.drn'
    if f'{name}.drn' in sys.modules:
        return
    root = importlib.util.find_spec('mmaction').submodule_search_locations[0]
    folder = osp.join(root, 'models', 'localizers')
    if importlib.machinery.PathFinder.find_spec(name, [folder]) is not None:
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
