"""Write annotation files for UCF101, HMDB51 or Kinetics-400.

The data set's folder must hold annotations/ with the official split files,
and videos/ (for Kinetics-400 videos_train/ and videos_val/). Each may be a
link.
"""

from pathlib import Path
from typing import Optional, Sequence

from ..datasets.preparation.annotation_files import READERS, prepare
from .options import add_workers_option, check_counts, raw_parser


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = raw_parser(__doc__)
    parser.add_argument('dataset', choices=READERS, help='the data set')
    parser.add_argument(
        'root',
        nargs='?',
        type=Path,
        help="the data set's folder (default: data/DATASET, as in the "
        'configs)',
    )
    add_workers_option(parser)
    parser.add_argument(
        '--no-check',
        action='store_true',
        help='only check that the videos exist, and decode none',
    )
    args = parser.parse_args(argv)
    check_counts(parser, args, 'workers')
    args.root = args.root or Path('data', args.dataset)
    return args


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    try:
        prepare(args.dataset, args.root, args.workers, not args.no_check)
    except (FileExistsError, ValueError) as error:
        raise SystemExit(str(error)) from None
