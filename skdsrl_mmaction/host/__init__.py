"""Repairs of the host (MMAction2 1.2.0 and MMEngine 0.10) on today's Python.

One module per repair. Each names the symptom, the cause and what will make it
unnecessary, and acts only where the fault is present. ``check_versions`` and
``install_drn_stand_in`` run before ``mmaction.models`` is imported, the
others after; every one may be called any number of times.
"""

from .checkpointing import checkpoint_without_reentry
from .checkpoints import allow_checkpoint_globals
from .decord_by_path import open_decord_by_path
from .drn import install_drn_stand_in
from .mmpretrain import name_mmpretrain
from .versions import check_versions

__all__ = [
    'allow_checkpoint_globals',
    'check_versions',
    'checkpoint_without_reentry',
    'install_drn_stand_in',
    'name_mmpretrain',
    'open_decord_by_path',
]
