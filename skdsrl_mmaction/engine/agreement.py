"""What all ranks of a run must have in common."""

import contextlib
import hashlib
import os.path as osp
from typing import Any, Dict, Iterator, Sequence, Tuple

from mmengine.config import Config
from mmengine.dist import all_gather_object
from mmengine.fileio import exists, get

from ..utils import leaf_datasets

# Places of files, which a node may have on a disk of its own.
_LOCAL = ('ann_file', 'data_prefix', 'data_root', 'work_dir')
_SHOWN = 3  # differences, in an error


@contextlib.contextmanager
def one_outcome() -> Iterator[None]:
    """Let all ranks fail where one does, so that none waits for it.

    Ranks must not wait for each other inside.

    Raises:
        RuntimeError: If another rank raises; the text has its error.
    """
    own = None
    try:
        yield
    except Exception as error:
        own = error
    errors = all_gather_object(own and f'{type(own).__name__}: {own}')
    if own is not None:
        raise own
    for rank, error in enumerate(errors):
        if error is not None:
            raise RuntimeError(f'rank {rank} has ended by {error}')


def compare_ranks(values: Dict[str, str]) -> None:
    """Check that something is the same on all ranks, by its digest.

    Args:
        values (dict[str, str]): Texts by key.

    Raises:
        ValueError: On all ranks, if a text differs between them; it names
            rank and key.
    """
    digest = _digest(repr(sorted(values.items())).encode())
    if len(set(all_gather_object(digest))) == 1:
        return
    first, *others = all_gather_object(values)
    differing = [
        f'{key} is {own.get(key, "absent")} on rank {rank}, and '
        f'{first.get(key, "absent")} on rank 0'
        for rank, own in enumerate(others, start=1)
        for key in sorted({*first, *own})
        if own.get(key) != first.get(key)
    ]
    more = len(differing) - _SHOWN
    raise ValueError(
        f'the ranks differ: {"; ".join(differing[:_SHOWN])}'
        f'{f"; and {more} more" if more > 0 else ""}; start all with the same '
        'config, options and annotation files'
    )


def compare_runs(cfg: Config, splits: Sequence[str]) -> None:
    """Check that all ranks have the same config and annotation files.

    Of annotation files the content is compared. The work dir, ``data_root``
    and ``data_prefix`` may differ, and other absolute paths in their folder,
    for nodes with disks of their own.

    Args:
        cfg (Config): The whole config.
        splits (Sequence[str]): Which of 'train', 'val' and 'test' are about
            to be used.

    Raises:
        ValueError: On all ranks, if they differ.
    """
    with one_outcome():
        values = dict(_leaves('', cfg.to_dict()))
        for split in splits:
            loader = cfg.get(f'{split}_dataloader')
            if loader is not None:
                key = f'{split}_dataloader.dataset'
                values.update(_annotations(key, loader.dataset))
    compare_ranks(values)


def _leaves(key: str, value: Any) -> Iterator[Tuple[str, str]]:
    """Flatten a config; yields keys with dots, and texts."""
    if key.rpartition('.')[2] in _LOCAL:
        return
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _leaves(f'{key}.{name}' if key else str(name), child)
    elif isinstance(value, (list, tuple)):
        for i, child in enumerate(value):
            yield from _leaves(f'{key}.{i}', child)
    elif isinstance(value, str):
        yield key, repr(osp.basename(value) if osp.isabs(value) else value)
    elif isinstance(value, (bool, int, float, type(None))):
        yield key, repr(value)
    else:  # whose text may have an address in it
        yield key, getattr(value, '__qualname__', type(value).__qualname__)


def _annotations(key: str, dataset: dict) -> Iterator[Tuple[str, str]]:
    for leaf, config in leaf_datasets(key, dataset):
        name = config.get('ann_file')
        if not name or not isinstance(name, str):
            continue
        path = osp.join(config.get('data_root') or '', name)
        if exists(path):
            content = get(path)
            lines = len(content.splitlines())
            text = f'a file of {lines} lines (sha256 {_digest(content)[:8]})'
            yield f'{leaf}.ann_file', text


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
