"""Annotation files of UCF101, HMDB51 and Kinetics-400."""

from collections import Counter
from pathlib import Path
from typing import Dict, List

from rich.console import Console
from rich.progress import track

from .official_splits import Split, hmdb51, kinetics400, ucf101
from .video_check import check_videos

READERS = dict(ucf101=ucf101, hmdb51=hmdb51, kinetics400=kinetics400)
NUM_CLASSES = dict(ucf101=101, hmdb51=51, kinetics400=400)


def prepare(dataset: str, root: Path, workers: int, decode: bool) -> None:
    """Write the annotation files of a data set, and a report.

    Args:
        dataset (str): A key of ``READERS``.
        root (Path): The data set's folder, which receives the files.
        workers (int): Number of processes that decode, >= 1.
        decode (bool): Whether to decode a frame of each video; otherwise
            they only have to exist.

    Raises:
        FileExistsError: If an annotation file exists.
        FileNotFoundError: If a split file or a folder of videos does not
            exist.
        ValueError: If a line of a split file is malformed, or an annotation
            file would be empty; then none is written.
    """
    splits = READERS[dataset](root)
    for split in splits:
        path = _path(root, dataset, split)
        if path.exists():
            raise FileExistsError(f'{path} exists and is not overwritten')
    problems = find_problems(root, splits, workers, decode)
    write_annotation_files(root, dataset, splits, problems)


def find_problems(
    root: Path, splits: List[Split], workers: int, decode: bool
) -> Dict[str, str]:
    """Check every video once, with a progress bar on stderr.

    Args:
        root (Path): The data set's folder.
        splits (list[Split]): Splits whose videos are checked.
        workers (int): Number of processes that decode, >= 1.
        decode (bool): Whether to decode, or only to look for the files.

    Returns:
        dict[str, str]: Reason by path, relative to ``root``, of each video
        that cannot be used.

    Raises:
        FileNotFoundError: If a folder of videos does not exist.
    """
    for folder in sorted({split.videos for split in splits}):
        if not (root / folder).is_dir():
            raise FileNotFoundError(
                f'{root / folder} must be the folder of the videos, or a '
                'link to it'
            )
    paths = dict.fromkeys(
        f'{split.videos}/{path}' for split in splits for path in split.labels
    )
    problems = {
        path: 'misnamed: annotation files are split at spaces; rename it, '
        'with underscores for example'
        for path in paths
        if path.split() != [path]
    }
    rest = [path for path in paths if path not in problems]
    results = track(
        check_videos([str(root / path) for path in rest], workers, decode),
        description='checking videos',
        total=len(rest),
        console=Console(stderr=True),
    )
    # The results come first in zip(), which otherwise stops before the last
    # one is counted.
    problems.update(
        (path, problem) for problem, path in zip(results, rest) if problem
    )
    return problems


def write_annotation_files(
    root: Path, dataset: str, splits: List[Split], problems: Dict[str, str]
) -> None:
    """Write annotation files without the unusable videos, and a report.

    Args:
        root (Path): The data set's folder, which receives the files.
        dataset (str): Its name, with which theirs begin.
        splits (list[Split]): One for each annotation file.
        problems (dict[str, str]): Of :func:`find_problems`.

    Raises:
        FileExistsError: If an annotation file exists.
        ValueError: If an annotation file would be empty; then none is
            written.
    """
    report = root / f'{dataset}_unusable_videos.txt'
    report.write_text(
        ''.join(f'{path}\t{problem}\n' for path, problem in problems.items()),
        encoding='utf-8',
    )
    classes = {label for split in splits for label in split.labels.values()}
    print(f'{len(classes)} of the {NUM_CLASSES[dataset]} classes')
    kinds = Counter(problem.split(':')[0] for problem in problems.values())
    counts = [f'{count} {kind}' for kind, count in kinds.items()]
    print(f'unusable videos: {", ".join(counts) or "none"} ({report})')

    contents = {}
    for split in splits:
        path = _path(root, dataset, split)
        contents[path] = [
            f'{video} {label}\n'
            for video, label in split.labels.items()
            if f'{split.videos}/{video}' not in problems
        ]
        print(f'{path}: {len(contents[path])} of {len(split.labels)} videos')
        if not contents[path]:
            raise ValueError(
                f'{path} would be empty, so no annotation file was written; '
                f'{report} says what is wrong with the videos'
            )
    for path, lines in contents.items():
        with path.open('x', encoding='utf-8') as file:
            file.writelines(lines)


def _path(root: Path, dataset: str, split: Split) -> Path:
    """Return the annotation file's name in our configs and in MMAction2's."""
    return root / f'{dataset}_{split.name}_videos.txt'
