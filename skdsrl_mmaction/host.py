"""Repairs of the host (MMAction2 1.2.0 and MMEngine 0.10) on today's Python.

Each repair names the symptom, why it is needed and what will make it
unnecessary, and acts only where the fault is present. ``check_versions`` and
``install_drn_stand_in`` run before ``mmaction.models`` is imported, the
others after; every one may be called any number of times.
"""

import importlib
import importlib.machinery
import importlib.util
import os.path as osp
import sys
import types

# Half-open: the lower bound is allowed, the upper is not.
MMENGINE_RANGE = ('0.10.0', '1.0.0')
MMCV_RANGE = ('2.0.0rc4', '2.2.0')
MMACTION_RANGE = ('1.2.0', '1.3.0')


def check_versions() -> None:
    """Refuse a missing or unsuitable host package with what to install.

    mmcv is not a requirement of this package, because full mmcv and mmcv-lite
    install the same folder and requiring one would overwrite the other.

    Raises:
        ImportError: If mmengine, mmcv or mmaction2 is absent or outside the
            range this package works with.
    """
    # mmaction comes last: importing it asserts on the other two, with messages
    # that name no remedy.
    for name, (low, high), package in (
        ('mmengine', MMENGINE_RANGE, 'mmengine'),
        ('mmcv', MMCV_RANGE, 'mmcv-lite'),
        ('mmaction', MMACTION_RANGE, 'mmaction2'),
    ):
        remedy = f'pip install "{package}>={low},<{high}"'
        if name == 'mmcv':
            remedy += ' (or full mmcv, if you compile its operators)'
        if importlib.util.find_spec(name) is None:
            raise ImportError(f'skdsrl_mmaction needs {name}: {remedy}')
        _check_range(name, low, high, remedy)


def _check_range(name: str, low: str, high: str, remedy: str) -> None:
    version = importlib.import_module(name).__version__
    from mmengine.utils import digit_version

    if not digit_version(low) <= digit_version(version) < digit_version(high):
        raise ImportError(
            f'skdsrl_mmaction works with {name}>={low},<{high} '
            f'but found {name} {version}: {remedy}'
        )


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


def allow_checkpoint_globals() -> None:
    """``Weights only load failed … HistoryBuffer`` on resume and test.

    torch >= 2.6 loads with ``weights_only=True`` and MMEngine's checkpoints
    hold its log buffers (mmengine issue 1655). Only what such a checkpoint
    holds is allowed; a hostile pickle is refused as before. Unnecessary once
    mmengine does this itself.
    """
    import numpy as np
    import torch
    from mmengine.logging import HistoryBuffer
    from mmengine.utils import digit_version

    if digit_version(torch.__version__) < digit_version('2.6.0'):
        return
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
    torch.serialization.add_safe_globals(allowed)


def _history_statistic(owner: type, name: str):
    """Stand for ``getattr`` in a checkpoint: HistoryBuffer's statistics only.

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


def open_decord_by_path() -> None:
    """A truncated AVI kills the worker with a segmentation fault.

    decord 0.6.0 crashes on such a file when it reads from memory, as stock
    ``DecordInit`` does, and raises when it opens the file by its path. So
    files on disk are opened by path; other backends stay as they are, and the
    frames are the same. Unnecessary once decord checks its input.
    """
    from mmaction.datasets.transforms import DecordInit

    stock = DecordInit._get_video_reader
    if getattr(stock, 'opens_by_path', False):
        return

    def get_video_reader(self, filename: str):
        if self.io_backend != 'disk' or not osp.isfile(filename):
            return stock(self, filename)
        import decord

        return decord.VideoReader(str(filename), num_threads=self.num_threads)

    get_video_reader.opens_by_path = True
    DecordInit._get_video_reader = get_video_reader


def name_mmpretrain() -> None:
    """``MobileOneTSM is not in the mmaction::model registry``.

    The host leaves this backbone out, without a word, where mmpretrain is
    not installed. The stand-in names the package when it is built.
    """
    from mmaction.registry import MODELS

    name = 'MobileOneTSM'
    if MODELS.get(name) is not None:
        return

    def missing(*args, **kwargs):
        raise ImportError(
            f'backbone.type={name!r} needs mmpretrain: pip install mmpretrain'
        )

    MODELS.register_module(name=name, module=missing)
