"""``skdsrl_mmaction::NAME.py``, a config of this package, as ``_base_``."""

from pathlib import Path
from typing import Optional, Tuple

_PACKAGE = 'skdsrl_mmaction'
_CONFIGS = Path(__file__).parents[1] / '.mim' / 'configs'


def find_packaged_configs() -> None:
    """Let configs have bases in this package, ``skdsrl_mmaction::NAME.py``.

    Symptom: ``mmengine does not support to load skdsrl_mmaction config``.

    Cause: MMEngine 0.10.7 has a fixed table of packages (mmengine issue
    1581), demands a folder after the ``::``, and makes the package's name
    the scope of what it reads, where this package registers nothing: its
    classes are in the scope ``mmaction``. It also looks beside the metadata
    of the installation, where an editable one has no files.

    Unnecessary once MMEngine lets a package name its configs and its scope.
    """
    from mmengine.config import Config
    from mmengine.utils import check_file_exist

    stock = Config._get_cfg_path
    if getattr(stock, 'finds_packaged', False):
        return

    def get_cfg_path(
        cfg_path: str, filename: str
    ) -> Tuple[str, Optional[str]]:
        package, _, name = cfg_path.partition('::')
        if package != _PACKAGE or not name:
            return stock(cfg_path, filename)
        path = str(_CONFIGS / name)
        check_file_exist(path, f'{cfg_path}: no such config, {{}}')
        return path, 'mmaction'

    get_cfg_path.finds_packaged = True
    Config._get_cfg_path = staticmethod(get_cfg_path)
