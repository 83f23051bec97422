"""SKD-SRL for MMAction2: importing this package is the whole installation.

It repairs the host where it is broken (:mod:`skdsrl_mmaction.host`) and
registers every class into ``mmaction.registry``. In a config::

    custom_imports = dict(
        imports=['skdsrl_mmaction'], allow_failed_imports=False)
"""

from . import host

host.check_versions()
host.install_drn_stand_in()
host.allow_checkpoint_globals()
host.open_decord_by_path()
host.checkpoint_without_reentry()
host.name_mmpretrain()

from . import datasets, engine, mixing, models  # noqa: E402
from .version import __version__  # noqa: E402

__all__ = ['__version__', 'datasets', 'engine', 'mixing', 'models']
