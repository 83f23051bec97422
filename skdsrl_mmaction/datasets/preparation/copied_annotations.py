"""Annotation files for the copies of videos."""

from pathlib import Path
from typing import Callable, Collection, Dict, List, NamedTuple, Sequence

from ...utils import write_text


class Entry(NamedTuple):
    """One line of an annotation file.

    Attributes:
        text (str): The line, with the path that the loader is given.
        copy (Path): The copy, which may not exist.
    """

    text: str
    copy: Path


def shrunk_entry(path: str, dst: Path) -> Entry:
    """Return path and file of a smaller copy.

    Args:
        path (str): As an annotation file has it.
        dst (Path): Folder of the copies.
    """
    copy = Path(path).with_suffix('.mp4')
    return Entry(str(copy), dst / copy)


def plan_annotation_files(
    ann_files: Sequence[Path],
    dst: Path,
    copies: Collection[Path],
    entry_of: Callable[[str, Path], Entry] = shrunk_entry,
) -> Dict[Path, List[Entry]]:
    """Read annotation files, and check the files to write in ``dst``.

    A file that exists there must be of an earlier run: it names at least
    every copy that exists, and otherwise only copies that can be made.

    Args:
        ann_files (list[Path]): Lines ``path label``; blank ones are ignored.
        dst (Path): Folder of the copies.
        copies (collection[Path]): All copies that can be made.
        entry_of (Callable): Path and copy of a video, of its path in an
            annotation file and ``dst``. Defaults to ``shrunk_entry``.

    Returns:
        dict[Path, list[Entry]]: Entries by file to write.

    Raises:
        FileNotFoundError: If an annotation file does not exist.
        FileExistsError: If a file of the same name is not of an earlier run.
        ValueError: If two annotation files have the same name.
    """
    possible = set(copies)
    plan: Dict[Path, List[Entry]] = {}
    for ann_file in ann_files:
        out = dst / ann_file.name
        if out in plan:
            raise ValueError(
                f'--ann-file {ann_file}: another one would be {out} too'
            )
        entries = [
            _copied(line, dst, entry_of)
            for line in ann_file.read_text(encoding='utf-8').splitlines()
            if line.strip()
        ]
        entries = [x for x in entries if x.copy in possible or x.copy.exists()]
        if out.exists() and not _is_earlier(out, entries):
            raise FileExistsError(
                f'{out} exists with other lines and is not overwritten'
            )
        plan[out] = entries
    return plan


def write_annotation_file(path: Path, entries: Sequence[Entry]) -> None:
    """Write the entries whose copy exists.

    Args:
        path (Path): The file; complete or absent at any time.
        entries (list[Entry]): Of :func:`plan_annotation_files`.
    """
    text = ''.join(f'{x.text}\n' for x in entries if x.copy.exists())
    write_text(str(path), text)


def _copied(
    line: str, dst: Path, entry_of: Callable[[str, Path], Entry]
) -> Entry:
    path, *labels = line.split()
    entry = entry_of(path, dst)
    return entry._replace(text=' '.join([entry.text, *labels]))


def _is_earlier(path: Path, entries: Sequence[Entry]) -> bool:
    lines = path.read_text(encoding='utf-8').splitlines()
    named = set(lines)
    return lines == [x.text for x in entries if x.text in named] and all(
        x.text in named for x in entries if x.copy.exists()
    )
