"""Write a small synthetic action data set: videos and annotation files."""

import argparse
from pathlib import Path
from typing import Optional, Sequence

from ..datasets.preparation.demo_data import write_dataset


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('out', type=Path, help='folder to write')
    parser.add_argument(
        '--train', type=int, default=60, help='training videos per class'
    )
    parser.add_argument(
        '--val', type=int, default=12, help='validation videos per class'
    )
    parser.add_argument(
        '--test', type=int, default=12, help='test videos per class'
    )
    parser.add_argument('--seed', type=int, default=0, help='random seed')
    return parser.parse_args(argv)


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    try:
        write_dataset(args.out, args.train, args.val, args.test, args.seed)
    except FileExistsError as error:
        raise SystemExit(str(error)) from None
