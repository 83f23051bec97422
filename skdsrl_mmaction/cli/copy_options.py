"""What the commands have in common that copy a data set."""

import argparse
import sys
from pathlib import Path
from typing import Dict, Sequence

from ..datasets.preparation.copied_annotations import (
    Entry,
    write_annotation_file,
)
from .options import add_workers_option, raw_parser


def copy_parser(
    description: str, dst: str, short_side: str, ann_file: str
) -> argparse.ArgumentParser:
    """Make a parser of ``src``, ``dst`` and what their copies are.

    Args:
        description (str): Shown by ``--help`` as it is.
        dst (str): Help of the argument ``dst``.
        short_side (str): Help of ``--short-side``.
        ann_file (str): Help of ``--ann-file``.

    Returns:
        argparse.ArgumentParser: The parser, to which a command adds its own.
    """
    parser = raw_parser(description)
    parser.add_argument('src', type=Path, help='folder of videos')
    parser.add_argument('dst', type=Path, help=dst)
    parser.add_argument(
        '--short-side',
        type=int,
        default=128,
        help=f'shorter side in pixels, {short_side} (default: %(default)s)',
    )
    parser.add_argument(
        '--ann-file', type=Path, nargs='+', default=[], help=ann_file
    )
    add_workers_option(parser)
    return parser


def finish_copies(
    plan: Dict[Path, Sequence[Entry]],
    dst: Path,
    written: int,
    bad: Dict[Path, str],
) -> None:
    """Write the annotation files, print what was done, and end the command.

    Args:
        plan (dict[Path, list[Entry]]): Entries by annotation file.
        dst (Path): Folder of the copies.
        written (int): Number of videos.
        bad (dict[Path, str]): Reason by file of each video without a copy.

    Raises:
        SystemExit: With status 1 if a video has no copy.
    """
    for path, entries in plan.items():
        write_annotation_file(path, entries)
        print(path)
    print(f'{written} videos written to {dst}')
    for path, error in bad.items():
        print(f'skipped {path}: {error}')
    sys.exit(bool(bad))
