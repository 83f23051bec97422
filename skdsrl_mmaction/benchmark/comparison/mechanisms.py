"""A stock config as it is, and with each mechanism applied to it."""

import copy
from typing import Dict, List, Sequence

from mmengine.config import Config

from ...mixing import add_mechanism


def row_names(name: str, mechanisms: Sequence[str]) -> List[str]:
    """Name a config's rows of the table.

    Args:
        name (str): Name of the config.
        mechanisms (Sequence[str]): Those that are applied to it.

    Returns:
        list[str]: That of the config, then ``NAME-MECHANISM`` of each.
    """
    return [name, *(f'{name}-{mechanism}' for mechanism in mechanisms)]


def with_mechanisms(
    name: str, cfg: Config, mechanisms: Sequence[str]
) -> Dict[str, Config]:
    """Return a config, and copies of it with mechanisms applied.

    All drop a last batch that is not full, unless the config says otherwise:
    the predictor cannot train on one video, and the steps are to be equal.

    Args:
        name (str): Name of the config.
        cfg (Config): Of a stock recognizer, with all options of the
            comparison.
        mechanisms (Sequence[str]): Names for :func:`add_mechanism`; without
            any, the config is returned alone and unchanged.

    Returns:
        dict[str, Config]: By :func:`row_names`.

    Raises:
        ValueError: If SKD-SRL cannot be applied to the config.
    """
    rows = {name: cfg}
    if mechanisms:
        cfg = rows[name] = copy.deepcopy(cfg)
        cfg.train_dataloader.setdefault('drop_last', True)
    _, *names = row_names(name, mechanisms)
    for row, mechanism in zip(names, mechanisms):
        rows[row] = add_mechanism(cfg, mechanism)
    return rows
