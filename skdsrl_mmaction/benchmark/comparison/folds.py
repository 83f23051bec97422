"""Cross-validation that keeps the videos of one recording together."""

import os
import os.path as osp
import re
from typing import Dict, List, Sequence, Tuple

from mmengine.fileio import list_from_file

from ...utils import write_text
from .data import digest


def read_samples(ann_files: Sequence[str]) -> List[str]:
    """Read annotation files as one.

    Args:
        ann_files (Sequence[str]): Files with one ``path label`` a line.

    Returns:
        list[str]: All lines, without empty ones.

    Raises:
        ValueError: If a line occurs twice: a video could be in the training
            and in the test split.
    """
    samples = [
        line.strip()
        for file in ann_files
        for line in list_from_file(file)
        if line.strip()
    ]
    seen = set()
    for sample in samples:
        if sample in seen:
            raise ValueError(
                f'--ann-file={list(ann_files)}: {sample!r} occurs twice; '
                'every video must be listed once'
            )
        seen.add(sample)
    return samples


def count_classes(samples: Sequence[str]) -> int:
    """Return the highest label of ``path label`` lines, plus one."""
    return 1 + max(int(sample.split()[-1]) for sample in samples)


def split_folds(
    samples: Sequence[str], folds: int, group: str
) -> List[Tuple[List[str], List[str]]]:
    """Split samples so that each group is tested in exactly one fold.

    Groups go to the folds in turn, in the order of their names.

    Args:
        samples (Sequence[str]): Lines ``path label``.
        folds (int): Number of folds, at least 2.
        group (str): Regular expression whose first match in a line is the
            name of its group, as ``seq\\d+`` for sequences.

    Returns:
        list[tuple[list[str], list[str]]]: For each fold, the lines to train
        on and those to test on, in their given order.

    Raises:
        ValueError: If a line has no group, or there are fewer groups than
            folds.
    """
    names = []
    for sample in samples:
        match = re.search(group, sample)
        if match is None:
            raise ValueError(
                f'--group={group!r} matches nothing in {sample!r}'
            )
        names.append(match.group())
    groups = sorted(set(names))
    if not 2 <= folds <= len(groups):
        raise ValueError(
            f'--folds={folds} must be from 2 to {len(groups)}, the number of '
            f'groups that --group={group!r} finds'
        )
    fold_of = {name: i % folds for i, name in enumerate(groups)}
    return [
        (
            [s for s, name in zip(samples, names) if fold_of[name] != fold],
            [s for s, name in zip(samples, names) if fold_of[name] == fold],
        )
        for fold in range(folds)
    ]


def write_folds(
    folds: Sequence[Tuple[List[str], List[str]]], folder: str
) -> List[Dict[str, str]]:
    """Write the annotation files of folds, named after their content.

    Args:
        folds (Sequence[tuple]): What :func:`split_folds` returns.
        folder (str): Where to write them.

    Returns:
        list[dict[str, str]]: For each fold, the files of 'train' and 'test'.
    """
    os.makedirs(folder, exist_ok=True)
    files = []
    for number, parts in enumerate(folds):
        files.append({})
        for split, lines in zip(('train', 'test'), parts):
            path = osp.join(
                folder, f'fold{number}_{split}_{digest(lines)}.txt'
            )
            write_text(path, ''.join(f'{line}\n' for line in lines))
            files[-1][split] = path
    return files
