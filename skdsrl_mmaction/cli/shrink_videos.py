"""Re-encode a data set once with a small short side, for fast training.

Every video below SRC becomes an H.264 file with the same relative path below
DST. The pixels change: they are scaled once and compressed again. A second
run continues with the missing videos; no video is overwritten.
"""

from typing import Optional, Sequence

from ..datasets.preparation.copied_annotations import plan_annotation_files
from ..datasets.preparation.shrink import find_videos, shrink_videos
from .copy_options import copy_parser, finish_copies
from .options import check_counts


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = copy_parser(
        __doc__,
        dst='folder for their copies',
        short_side='even',
        ann_file='annotation files to write into DST with the paths of the '
        'copies',
    )
    parser.add_argument(
        '--key-interval',
        type=int,
        default=8,
        help='frames from one key frame to the next (default: %(default)s)',
    )
    args = parser.parse_args(argv)
    if args.short_side < 2 or args.short_side % 2:
        parser.error(f'--short-side {args.short_side} must be even and > 0')
    check_counts(parser, args, 'key_interval', 'workers')
    return args


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    copies = find_videos(args.src, args.dst)
    plan = plan_annotation_files(args.ann_file, args.dst, copies.values())
    todo = {src: dst for src, dst in copies.items() if not dst.exists()}
    print(f'{len(copies)} videos, {len(todo)} of them to shrink')
    bad = shrink_videos(todo, args.short_side, args.key_interval, args.workers)
    finish_copies(plan, args.dst, len(todo) - len(bad), bad)
