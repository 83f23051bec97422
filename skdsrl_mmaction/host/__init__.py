"""Repairs of the host (MMAction2 1.2.0 and MMEngine 0.10) on today's Python.

One idea a module. Each repair names the symptom, the cause and what will make
it unnecessary, acts only where the fault is present, changes no file of the
host, and may be called any number of times. Nothing of the host is imported
before ``check_versions`` has looked for it.
"""

from .checkpointing import checkpoint_without_reentry
from .checkpoints import allow_checkpoint_globals
from .checkpoints_as_data import load_checkpoints_as_data
from .decord_by_path import open_decord_by_path
from .drn import install_drn_stand_in
from .environment_report import report_environment_without_setuptools
from .find_loader import give_find_loader
from .flow_flip import flip_flow_exactly
from .hue import turn_hue_exactly
from .mmcv_lite import import_mmcv_without_its_warning
from .mmpretrain import name_mmpretrain
from .numpy_names import give_removed_numpy_names, keep_numpy_bool
from .one_element_arrays import convert_one_element_arrays
from .packaged_configs import find_packaged_configs
from .pkg_resources import serve_pkg_resources
from .versions import check_versions

# The first two come before the import of ``mmaction.models``.
_REPAIRS = (
    check_versions,
    install_drn_stand_in,
    import_mmcv_without_its_warning,
    allow_checkpoint_globals,
    checkpoint_without_reentry,
    convert_one_element_arrays,
    find_packaged_configs,
    flip_flow_exactly,
    give_find_loader,
    give_removed_numpy_names,
    keep_numpy_bool,
    load_checkpoints_as_data,
    name_mmpretrain,
    report_environment_without_setuptools,
    serve_pkg_resources,
    turn_hue_exactly,
)


def repair() -> None:
    """Make every repair but that of decord, which needs a reader of videos.

    Raises:
        ImportError: If the host is absent or its version does not suit.
    """
    for each in _REPAIRS:
        each()


__all__ = [
    'allow_checkpoint_globals',
    'check_versions',
    'checkpoint_without_reentry',
    'convert_one_element_arrays',
    'find_packaged_configs',
    'flip_flow_exactly',
    'give_find_loader',
    'give_removed_numpy_names',
    'import_mmcv_without_its_warning',
    'install_drn_stand_in',
    'keep_numpy_bool',
    'load_checkpoints_as_data',
    'name_mmpretrain',
    'open_decord_by_path',
    'repair',
    'report_environment_without_setuptools',
    'serve_pkg_resources',
    'turn_hue_exactly',
]
