"""Keys at the top of a config that nobody reads."""

import inspect
from typing import Iterable, Set

from mmengine.config import Config
from mmengine.runner import Runner

from ...utils.text import nearest

# Read from the whole config, by the Runner or, the first one, by add_checks;
# so not in its signature.
_OF_WHOLE_CONFIG = (
    'allow_missing',
    'compile',
    'custom_imports',
    'efficient_conv_bn_eval',
    'activation_checkpointing',
    'find_unused_parameters',
    'model_wrapper_cfg',
    'sync_bn',
)
_EDITS = 2  # within which a name is taken for a mistyped one


def runner_keys() -> Set[str]:
    """Return the keys that ``Runner`` reads from a config."""
    keys = set(inspect.signature(Runner.__init__).parameters)
    return keys - {'self', 'cfg'} | set(_OF_WHOLE_CONFIG)


def check_options(cfg: Config, keys: Iterable[str]) -> None:
    """Check that ``--cfg-options`` sets what is in the config, or is read.

    Args:
        cfg (Config): The config, before the options are merged.
        keys (Iterable[str]): Keys of the options, with dots.

    Raises:
        ValueError: If the first part of a key is in neither.
    """
    known = runner_keys() | set(cfg)
    for key in keys:
        first = key.split('.')[0]
        if first not in known:
            raise ValueError(
                f'--cfg-options {key}: the config has no {first!r}, and the '
                f'Runner reads none; did you mean {nearest(first, known)!r}?'
            )


def check_names(cfg: Config) -> None:
    """Check that no key of the Runner is mistyped.

    Other variables are free, since configs use them for themselves.

    Args:
        cfg (Config): The whole config.

    Raises:
        ValueError: If a dict or list has nearly the name of such a key.
    """
    known = runner_keys()
    for name, value in cfg.items():
        if name in known or not isinstance(value, (dict, list, tuple)):
            continue
        meant = nearest(name, known, within=_EDITS)
        if meant is not None:
            raise ValueError(
                f'{name}={type(value).__name__}(...) is read by nobody; did '
                f'you mean {meant!r}?'
            )
