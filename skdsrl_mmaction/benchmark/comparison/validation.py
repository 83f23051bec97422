"""Choose weights on videos that are cut from training, never on test."""

import os.path as osp
from collections import defaultdict
from typing import Dict, List, Sequence, Tuple

from mmengine.config import Config

from ...engine.preflight.annotation_files import stock_type
from ...utils import leaf_datasets
from .data import PLACES, digest
from .folds import group_names, read_samples, write_list


def cut_validation(
    samples: Sequence[str], share: float, group: str
) -> Tuple[List[str], List[str]]:
    """Cut a part of the training samples for validation.

    Which ones follows from their names alone. Classes keep their shares as
    far as groups allow.

    Args:
        samples (Sequence[str]): Lines ``path label``.
        share (float): Of the samples, in (0, 1).
        group (str): See :func:`~.folds.split_folds`; a group is not split.

    Returns:
        tuple[list[str], list[str]]: Lines for training and for validation,
        in their given order.

    Raises:
        ValueError: If a line has no group, or nothing would be left to train
            on.
    """
    groups: Dict[str, List[str]] = defaultdict(list)
    for name, sample in zip(group_names(samples, group), samples):
        groups[name].append(sample)
    alike: Dict[tuple, List[str]] = defaultdict(list)  # groups, by classes
    for name in sorted(groups, key=digest):
        alike[tuple(sorted({x.split()[-1] for x in groups[name]}))] += [name]
    place = {
        name: (i + 0.5) / len(names)
        for names in alike.values()
        for i, name in enumerate(names)
    }
    cut: List[str] = []
    for name in sorted(groups, key=lambda x: (place[x], digest(x))):
        if len(cut) >= share * len(samples):
            break
        cut += groups[name]
    if len(cut) == len(samples):
        raise ValueError(
            f'--val={share} leaves nothing to train on of {len(samples)} '
            f'videos in {len(groups)} groups'
        )
    return (
        [x for x in samples if x not in set(cut)],
        [x for x in samples if x in set(cut)],
    )


def use_validation(
    name: str, cfg: Config, share: float, group: str, list_dir: str
) -> None:
    """Cut the training data of a config, in place.

    Pipeline and evaluator of the config's validation stay.

    Args:
        name (str): Name of the config, for the error.
        cfg (Config): The whole config.
        share (float): See :func:`cut_validation`.
        group (str): See :func:`cut_validation`.
        list_dir (str): Where annotation files are written.

    Raises:
        ValueError: If training or validation is not of one plain list.
    """
    leaves = {}
    for split in 'train', 'val':
        loader = cfg.get(f'{split}_dataloader') or dict(dataset={})
        found = list(leaf_datasets(split, loader['dataset']))
        if len(found) != 1 or not found[0][1] or not stock_type(found[0][1]):
            raise ValueError(
                f'{name}: {split}_dataloader.dataset must be one '
                'VideoDataset or RawframeDataset for --val'
            )
        leaves[split] = found[0][1]
    train = leaves['train']
    if train.get('indices') is not None:
        raise ValueError(
            f'{name}: train_dataloader.dataset.indices={train["indices"]!r} '
            'cannot be used with --val'
        )
    root = train.get('data_root') or ''
    samples = read_samples([osp.join(root, train['ann_file'])])
    parts = cut_validation(samples, share, group)
    for key in PLACES:
        leaves['val'].pop(key, None)
        if key in train:
            leaves['val'][key] = train[key]
    for split, lines in zip(leaves, parts):
        path = write_list(list_dir, f'cut_{split}', lines)
        leaves[split]['ann_file'] = osp.abspath(path)
