"""Sort the videos of an annotation file into good and bad ones."""

from functools import partial
from pathlib import Path
from typing import List, NamedTuple, Optional

from rich.console import Console
from rich.progress import track

from ..bad_videos import look_at_video, reason_of
from ..video import open_video
from .isolated import call_each

_BYTES = 2**26  # of decoded frames at a time
_SECONDS = dict(quick=60, full=3600)  # for one video


class Checked(NamedTuple):
    """A line of an annotation file.

    Attributes:
        line (str): The line, without its end.
        number (int): From 1 on.
        path (str): The video.
        problem (str | None): What is wrong with it; None if it is good.
    """

    line: str
    number: int
    path: str
    problem: Optional[str]


def problem_of_file(path: str, quick: bool = False) -> Optional[str]:
    """Decode a video by the reader that training uses.

    Args:
        path (str): The video.
        quick (bool): Whether only the first and the last frame are decoded.
            Defaults to False.

    Returns:
        str, optional: What is wrong with it; None if it is good.
    """
    problem = look_at_video(path)
    if problem:
        return problem
    try:
        reader = open_video(path)
        first, _ = reader.get_batch([0, len(reader) - 1])
        step = max(1, _BYTES // first.nbytes)
        for start in range(0, 0 if quick else len(reader), step):
            reader.get_batch(range(start, min(start + step, len(reader))))
    except Exception as error:  # decoders raise many types
        return reason_of(error)
    return None


def check_list(
    ann_file: Path, folder: Path, delimiter: str, quick: bool, workers: int
) -> List[Checked]:
    """Check every video of an annotation file, with a progress bar on stderr.

    Args:
        ann_file (Path): One video a line, "path label".
        folder (Path): What the paths are relative to.
        delimiter (str): Between path and label.
        quick (bool): Whether only the first and the last frame are decoded.
        workers (int): Number of processes, >= 1.

    Returns:
        list[Checked]: Each line.

    Raises:
        FileNotFoundError: If there is no annotation file.
        ValueError: If it is empty or not in UTF-8.
    """
    try:
        lines = ann_file.read_text(encoding='utf-8').splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f'{ann_file} is not UTF-8: {error}') from None
    if not lines:
        raise ValueError(f'{ann_file} is empty')
    paths = [str(folder / line.strip().split(delimiter)[0]) for line in lines]
    distinct = dict.fromkeys(paths)
    results = call_each(
        partial(problem_of_file, quick=quick),
        list(distinct),
        workers,
        _SECONDS['quick' if quick else 'full'],
    )
    progress = track(
        results,
        description='checking videos',
        total=len(distinct),
        console=Console(stderr=True),
    )
    problems = {
        path: problem or crash
        for path, (problem, crash) in zip(distinct, progress)
    }
    return [
        Checked(line, number, path, problems[path])
        for number, (line, path) in enumerate(zip(lines, paths), start=1)
    ]


def write_lists(checked: List[Checked], good: Path, bad: Path) -> None:
    """Write the lines of the good videos, and what is wrong with the others.

    Args:
        checked (list[Checked]): Of :func:`check_list`.
        good (Path): Receives the lines of the good videos as they are.
        bad (Path): Receives path, line number and problem, by tabs.

    Raises:
        FileExistsError: If a file exists.
    """
    with good.open('x', encoding='utf-8') as file:
        file.writelines(f'{x.line}\n' for x in checked if not x.problem)
    with bad.open('x', encoding='utf-8') as file:
        file.writelines(
            f'{x.path}\tline {x.number}\t{x.problem}\n'
            for x in checked
            if x.problem
        )
