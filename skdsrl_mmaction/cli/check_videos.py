"""Decode every video of an annotation file, and list the good and the bad.

Every frame is decoded by the reader that training uses. Two files are
written beside LIST: NAME_good.txt has the lines of the good videos, and
NAME_bad.txt path, line and what is wrong of the others. The exit status is 1
if a video is bad.
"""

import sys
from pathlib import Path
from typing import Optional, Sequence

from ..datasets.preparation.check_list import check_list, write_lists
from .options import add_workers_option, check_counts, raw_parser


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = raw_parser(__doc__)
    parser.add_argument(
        'ann_file', metavar='LIST', type=Path, help='annotation file'
    )
    parser.add_argument(
        '--data-prefix',
        type=Path,
        default=Path(),
        metavar='FOLDER',
        help='folder that the paths are relative to, as data_prefix.video of '
        'a config (default: the current one)',
    )
    parser.add_argument(
        '--delimiter',
        default=' ',
        help='what is between path and label (default: a space)',
    )
    parser.add_argument(
        '--quick',
        action='store_true',
        help='decode the first and the last frame only',
    )
    add_workers_option(parser)
    parser.add_argument(
        '--good', type=Path, metavar='FILE', help='file of the good videos'
    )
    parser.add_argument(
        '--bad', type=Path, metavar='FILE', help='file of the bad videos'
    )
    args = parser.parse_args(argv)
    check_counts(parser, args, 'workers')
    stem = args.ann_file.with_suffix('')
    args.good = args.good or Path(f'{stem}_good.txt')
    args.bad = args.bad or Path(f'{stem}_bad.txt')
    for path in args.good, args.bad:
        if path.exists():
            parser.error(f'{path} exists and is not overwritten')
    return args


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    checked = check_list(
        args.ann_file,
        args.data_prefix,
        args.delimiter,
        args.quick,
        args.workers,
    )
    write_lists(checked, args.good, args.bad)
    bad = sum(x.problem is not None for x in checked)
    print(f'{len(checked) - bad} good videos: {args.good}')
    print(f'{bad} bad videos: {args.bad}')
    sys.exit(bool(bad))
