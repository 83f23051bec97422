"""Cross-validation that keeps the videos of one recording together."""

import re
from typing import List, Sequence, Tuple

from mmengine.fileio import list_from_file


def read_samples(ann_files: Sequence[str]) -> List[str]:
    """Read annotation lists as one.

    Args:
        ann_files (Sequence[str]): Lists with one ``path label`` a line.

    Returns:
        list[str]: All lines, without empty ones.

    Raises:
        ValueError: If a line stands twice: it could be trained and tested.
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
                f'--ann-file: {sample!r} stands twice in {list(ann_files)}; '
                'every video must be listed once'
            )
        seen.add(sample)
    return samples


def count_classes(samples: Sequence[str]) -> int:
    """Highest label of ``path label`` lines, plus one."""
    return 1 + max(int(sample.split()[-1]) for sample in samples)


def split_folds(
    samples: Sequence[str], folds: int, group: str
) -> List[Tuple[List[str], List[str]]]:
    """Split samples by group: each group is tested in exactly one fold.

    Groups are dealt out to the folds in turn, in the order of their names.

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
