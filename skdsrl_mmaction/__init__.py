"""SKD-SRL for MMAction2: importing this package is the whole installation.

It repairs the host where it is broken (:mod:`skdsrl_mmaction.host`) and
registers every class into ``mmaction.registry``. In a config::

    custom_imports = dict(
        imports=['skdsrl_mmaction'], allow_failed_imports=False)
"""

from . import host

host.repair()

from . import datasets, engine, mixing, models, visualization  # noqa: E402
from .version import __version__  # noqa: E402

host.open_decord_by_path(without_decord=datasets.video.PyAVReader)

__all__ = [
    '__version__',
    'datasets',
    'engine',
    'mixing',
    'models',
    'visualization',
]
