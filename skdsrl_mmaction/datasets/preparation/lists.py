"""Annotation lists of UCF101, HMDB51 and Kinetics-400, videos checked."""

from collections import Counter
from pathlib import Path
from typing import Dict, List

from rich.console import Console
from rich.progress import track

from .official_splits import Split, hmdb51, kinetics400, ucf101
from .video_check import check_videos

READERS = dict(ucf101=ucf101, hmdb51=hmdb51, kinetics400=kinetics400)
NUM_CLASSES = dict(ucf101=101, hmdb51=51, kinetics400=400)


def find_problems(
    root: Path, splits: List[Split], workers: int, decode: bool
) -> Dict[str, str]:
    """Check every video once, with a progress bar on stderr.

    Args:
        root (Path): The data set's folder.
        splits (list[Split]): Lists whose videos are checked.
        workers (int): How many processes decode.
        decode (bool): Whether to decode, or only to look for the files.

    Returns:
        dict[str, str]: From the path, relative to ``root``, of each video
        that cannot be used to the reason.

    Raises:
        FileNotFoundError: If a folder of videos is absent.
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
        path: 'misnamed: lists are split at spaces; rename it, with '
        'underscores for example'
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
    problems.update(
        (path, problem) for path, problem in zip(rest, results) if problem
    )
    return problems


def write_lists(
    root: Path, dataset: str, splits: List[Split], problems: Dict[str, str]
) -> None:
    """Write the lists without the videos that have a problem, and a report.

    Args:
        root (Path): The data set's folder, which receives the files.
        dataset (str): Its name, with which theirs begin.
        splits (list[Split]): The lists.
        problems (dict[str, str]): Of :func:`find_problems`.

    Raises:
        SystemExit: If a list would be empty; then none is written.
        FileExistsError: If a list exists.
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

    lists = {}
    for split in splits:
        path = list_path(root, dataset, split)
        lists[path] = [
            f'{video} {label}\n'
            for video, label in split.labels.items()
            if f'{split.videos}/{video}' not in problems
        ]
        print(f'{path}: {len(lists[path])} of {len(split.labels)} videos')
        if not lists[path]:
            raise SystemExit(
                f'{path} would be empty, so no list was written; {report} '
                'tells what is wrong with the videos'
            )
    for path, lines in lists.items():
        with path.open('x', encoding='utf-8') as file:
            file.writelines(lines)


def list_path(root: Path, dataset: str, split: Split) -> Path:
    """The name that the configs, and MMAction2's, have for a list."""
    return root / f'{dataset}_{split.name}_videos.txt'
