"""Keywords in a config that the class or function does not take."""

import inspect
import re
import reprlib
from contextlib import suppress
from functools import cache
from typing import (
    Any,
    Callable,
    Dict,
    Iterator,
    List,
    Optional,
    Sequence,
    Set,
    Tuple,
)

import mmaction.registry
from mmengine.config import Config
from mmengine.optim import OptimWrapper
from mmengine.registry import Registry
from mmengine.runner import (
    EpochBasedTrainLoop,
    IterBasedTrainLoop,
    TestLoop,
    ValLoop,
)
from torch import nn
from torch.utils.data import DataLoader

from ...utils import find_type
from ...utils.text import nearest
from .names import runner_keys

_REGISTRIES: List[Registry] = [
    value
    for value in vars(mmaction.registry).values()
    if isinstance(value, Registry)
]
# Taken out, for any class, before it is called.
_FOR_ALL = {'type', '_scope_', '_delete_', 'init_cfg'}
_FOR_KEYS = {
    'custom_hooks': {'priority'},
    'default_hooks': {'priority'},
    'optim_wrapper': {'constructor', 'paramwise_cfg'},
    'param_scheduler': {'convert_to_iter_based'},
    'train_cfg': {'by_epoch', 'max_bad_videos'},
    'train_dataloader': {'num_batch_per_epoch'},
    'val_dataloader': {'num_batch_per_epoch'},
    'test_dataloader': {'num_batch_per_epoch'},
}
# Taken out by what builds the layers of a network.
_FOR_NORM = {'requires_grad'}
_HANDED_ON = re.compile(r'super\([^()]*\)\.__init__\([^()]*\*\*', re.DOTALL)
_EDITS = 2  # within which a keyword is taken for a mistyped one


def check_keywords(cfg: Config, splits: Sequence[str]) -> None:
    """Check the keywords of everything that the Runner builds.

    Nothing is built. Where a class takes any keyword, only one that nearly
    has the name of another is refused.

    Args:
        cfg (Config): The whole config.
        splits (Sequence[str]): Which of 'train', 'val' and 'test' are about
            to be used.

    Raises:
        ValueError: If a class or function does not take a keyword.
    """
    unused = {
        f'{split}_{part}'
        for split in {'train', 'val', 'test'} - set(splits)
        for part in ('dataloader', 'cfg', 'evaluator')
    }
    for top in sorted(runner_keys() & set(cfg) - unused):
        for key, node, classes in _calls(top, cfg[top], _default(top, cfg)):
            takes, is_open = _union(classes)
            takes |= _FOR_ALL | _FOR_KEYS.get(top, set())
            if key.endswith('norm_cfg'):
                takes |= _FOR_NORM
            for name in node:
                if name in takes:
                    continue
                meant = nearest(name, takes - _FOR_ALL, within=_EDITS)
                if is_open and meant is None:
                    continue
                meant = meant or nearest(name, takes - _FOR_ALL)
                raise ValueError(
                    f'{key}.{name}={reprlib.repr(node[name])}: '
                    f'{classes[0].__name__} takes no {name!r}; did you mean '
                    f'{meant!r}?'
                )


def _default(top: str, cfg: Config) -> Optional[Callable]:
    """Return what a key stands for that needs no ``type``."""
    if top.endswith('_dataloader'):
        return DataLoader
    if top == 'train_cfg':
        by_epoch = (cfg.train_cfg or {}).get('by_epoch', True)
        return EpochBasedTrainLoop if by_epoch else IterBasedTrainLoop
    return dict(
        val_cfg=ValLoop, test_cfg=TestLoop, optim_wrapper=OptimWrapper
    ).get(top)


def _calls(
    key: str, node: Any, default: Optional[Callable] = None
) -> Iterator[Tuple[str, dict, List[Callable]]]:
    """Iterate over what is called with keywords, and what may be meant."""
    if isinstance(node, dict):
        kind = node.get('type')
        if isinstance(kind, (str, type)) or callable(kind):
            classes = _found(kind)
        else:
            classes = [default] if default is not None else []
        if classes:
            yield key, node, classes
        for name, child in node.items():
            yield from _calls(f'{key}.{name}', child)
    elif isinstance(node, (list, tuple)):
        for i, child in enumerate(node):
            yield from _calls(f'{key}[{i}]', child)


@cache
def _found(kind: Any) -> List[Callable]:
    """Return all that have a name: registries may use the same."""
    found = {}
    for registry in _REGISTRIES:
        # One registry of the host names a location that cannot be imported.
        with suppress(ImportError):
            found[find_type(registry, kind)] = None
    return [one for one in found if callable(one)]


def _union(classes: List[Callable]) -> Tuple[Set[str], bool]:
    takes: Set[str] = set()
    any_open = False
    for one in classes:
        names, is_open = _taken(one)
        takes |= names
        any_open |= is_open
    return takes, any_open


@cache
def _taken(call: Callable) -> Tuple[Set[str], bool]:
    """Return the keywords of a class or function, and whether it has others.

    Where ``__init__`` hands its other keywords to that of the parent, the
    parent's are taken too.
    """
    if not inspect.isclass(call):
        names, is_open = _of_signature(call)
        return names, is_open
    takes: Set[str] = set()
    for parent in call.__mro__:
        if parent in (nn.Module, object):  # which take none
            break
        if '__init__' not in vars(parent):
            continue
        names, is_open = _of_signature(vars(parent)['__init__'])
        takes |= names - {'self'}
        if not is_open:
            return takes, False
        if not _HANDED_ON.search(inspect.getsource(parent.__init__)):
            return takes, True
    return takes, parent is object


def _of_signature(call: Callable) -> Tuple[Set[str], bool]:
    parameters: Dict[str, inspect.Parameter] = dict(
        inspect.signature(call).parameters
    )
    names = {
        name
        for name, parameter in parameters.items()
        if parameter.kind
        in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    }
    return names, any(
        parameter.kind is parameter.VAR_KEYWORD
        for parameter in parameters.values()
    )
