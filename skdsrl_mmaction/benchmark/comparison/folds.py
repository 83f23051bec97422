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


def group_names(samples: Sequence[str], group: str) -> List[str]:
    """Return the name of the group of each sample.

    Args:
        samples (Sequence[str]): Lines ``path label``.
        group (str): See :func:`split_folds`.

    Returns:
        list[str]: Names, in the order of the samples.

    Raises:
        ValueError: If a line has no group.
    """
    names = []
    for sample in samples:
        match = re.search(group, sample)
        if match is None:
            raise ValueError(
                f'--group={group!r} matches nothing in {sample!r}'
            )
        names.append(match.group())
    return names


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
    names = group_names(samples, group)
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


def thin_out(samples: Sequence[str], share: float) -> List[str]:
    """Keep a share of the videos of each class, evenly over the list.

    Args:
        samples (Sequence[str]): Lines ``path label``.
        share (float): In (0, 1].

    Returns:
        list[str]: At least one line of each class, in their given order.

    Raises:
        ValueError: If ``share`` is out of range.
    """
    if not 0 < share <= 1:
        raise ValueError(f'--train-share={share} must be > 0 and at most 1')
    by_class: Dict[str, List[int]] = {}
    for i, sample in enumerate(samples):
        by_class.setdefault(sample.split()[-1], []).append(i)
    kept = []
    for places in by_class.values():
        number = max(1, round(share * len(places)))
        step = len(places) / number
        kept += [places[int((k + 0.5) * step)] for k in range(number)]
    return [samples[i] for i in sorted(kept)]


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
    return [
        {
            split: write_list(folder, f'fold{number}_{split}', lines)
            for split, lines in zip(('train', 'test'), parts)
        }
        for number, parts in enumerate(folds)
    ]


def write_list(folder: str, name: str, lines: Sequence[str]) -> str:
    """Write an annotation file, named after its content.

    Args:
        folder (str): Where to write it; is made if absent.
        name (str): Begins its name.
        lines (Sequence[str]): Lines ``path label``.

    Returns:
        str: The file.
    """
    os.makedirs(folder, exist_ok=True)
    path = osp.join(folder, f'{name}_{digest(list(lines))}.txt')
    write_text(path, ''.join(f'{line}\n' for line in lines))
    return path
