"""A stand-in for a folder of mmaction2 that cannot be imported."""

import importlib.util
import os.path as osp
import sys
import types


def install_drn_stand_in() -> None:
    """Stand in for the localizer DRN; building it raises.

    Symptom: ``No module named 'mmaction.models.localizers.drn'``, or
    ``'torchvision'`` with an mmaction2 from source.

    Cause: the 1.2.0 wheel and sdist on PyPI lack that folder, which
    ``mmaction.models`` imports (mmaction2 issue 2714). The folder itself
    imports torchvision, which mmaction2 does not require.

    Unnecessary once a release contains it and requires torchvision.
    """
    name = 'mmaction.models.localizers.drn'
    if name in sys.modules:
        return
    root = importlib.util.find_spec('mmaction').submodule_search_locations[0]
    there = osp.isdir(osp.join(root, 'models', 'localizers', 'drn'))
    if there and importlib.util.find_spec('torchvision') is not None:
        return

    class DRN:
        """Raises, as the localizer cannot be imported."""

        def __init__(self, *args, **kwargs) -> None:
            raise ImportError(
                'DRN is missing from the mmaction2 release on PyPI '
                '(mmaction2 issue 2714); install mmaction2 from source '
                'and torchvision to use it'
            )

    package, module = types.ModuleType(name), types.ModuleType(f'{name}.drn')
    package.__path__ = []  # marks it as a package
    package.drn, module.DRN = module, DRN
    sys.modules[name], sys.modules[f'{name}.drn'] = package, module
