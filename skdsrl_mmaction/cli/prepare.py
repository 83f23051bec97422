"""Write annotation lists for UCF101, HMDB51 or Kinetics-400.

The data set's folder must hold annotations/ (the official split files) and
videos/, for Kinetics-400 videos_train/ and videos_val/; any of them may be a
link.
"""

import argparse
import os
from pathlib import Path
from typing import Optional, Sequence

from ..datasets.preparation.lists import (
    READERS,
    find_problems,
    list_path,
    write_lists,
)


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('dataset', choices=READERS)
    parser.add_argument(
        'root',
        nargs='?',
        type=Path,
        help="the data set's folder; by default data/DATASET, where the "
        'configs look for it',
    )
    parser.add_argument(
        '--workers',
        type=int,
        default=os.cpu_count(),
        help='processes that decode; by default one a CPU',
    )
    parser.add_argument(
        '--no-check',
        action='store_true',
        help='only look for the videos, decode none',
    )
    args = parser.parse_args(argv)
    if args.workers < 1:
        parser.error(f'--workers must be at least 1, but is {args.workers}')
    args.root = args.root or Path('data', args.dataset)
    return args


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    splits = READERS[args.dataset](args.root)
    for split in splits:
        path = list_path(args.root, args.dataset, split)
        if path.exists():
            raise SystemExit(f'{path} exists and is not overwritten')
    problems = find_problems(
        args.root, splits, args.workers, decode=not args.no_check
    )
    write_lists(args.root, args.dataset, splits, problems)
