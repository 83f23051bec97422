"""Find the videos of a data set."""

from pathlib import Path
from typing import List

SUFFIXES = ('.avi', '.mkv', '.mov', '.mp4', '.mpg', '.webm', '.wmv')


def videos_below(src: Path, dst: Path) -> List[Path]:
    """Find every video below a folder.

    Args:
        src (Path): The folder.
        dst (Path): Folder to leave out, which may be below ``src``.

    Returns:
        list[Path]: The videos, sorted.

    Raises:
        ValueError: If there is none.
    """
    videos = [
        path
        for path in sorted(src.rglob('*'))
        if path.suffix.lower() in SUFFIXES and dst not in path.parents
    ]
    if not videos:
        raise ValueError(f'{src} holds no video, {", ".join(SUFFIXES)}')
    return videos
