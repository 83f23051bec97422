"""Whether suitable versions of the host are installed."""

import importlib
import importlib.util

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
        if name == 'mmaction':
            # It requires decord, which has no wheel for some platforms; the
            # rest of what it requires is required by this package.
            remedy = remedy.replace('install', 'install --no-deps')
        if name == 'mmcv':
            remedy += ' (or full mmcv, if you compile its operators)'
        if name == 'mmaction':
            remedy += ' (with --no-deps where its decord has no wheel)'
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
