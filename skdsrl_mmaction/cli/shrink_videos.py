"""Re-encode a data set once with a small short side, for fast training.

Every video below SRC becomes an H.264 file with the same relative path below
DST. The pixels change: they are scaled once and compressed again. A second
run continues with the missing videos; no video is overwritten.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Optional, Sequence

from ..datasets.preparation.copied_annotations import (
    plan_annotation_files,
    write_annotation_file,
)
from ..datasets.preparation.shrink import find_videos, shrink_videos


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('src', type=Path, help='folder of videos')
    parser.add_argument('dst', type=Path, help='folder for their copies')
    parser.add_argument(
        '--short-side',
        type=int,
        default=128,
        help='shorter side in pixels, even (default: %(default)s)',
    )
    parser.add_argument(
        '--key-interval',
        type=int,
        default=8,
        help='frames from one key frame to the next (default: %(default)s)',
    )
    parser.add_argument(
        '--ann-file',
        type=Path,
        nargs='+',
        default=[],
        help='annotation files to write into DST with the paths of the copies',
    )
    parser.add_argument(
        '--workers',
        type=int,
        default=os.cpu_count(),
        help='number of processes (default: one per CPU)',
    )
    args = parser.parse_args(argv)
    if args.short_side < 2 or args.short_side % 2:
        parser.error(f'--short-side {args.short_side} must be even and > 0')
    for key in ('key_interval', 'workers'):
        if getattr(args, key) < 1:
            option = key.replace('_', '-')
            parser.error(f'--{option} {getattr(args, key)} must be >= 1')
    return args


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    copies = find_videos(args.src, args.dst)
    plan = plan_annotation_files(args.ann_file, args.dst, copies.values())
    todo = {src: dst for src, dst in copies.items() if not dst.exists()}
    print(f'{len(copies)} videos, {len(todo)} of them to shrink')
    bad = shrink_videos(todo, args.short_side, args.key_interval, args.workers)
    for path, entries in plan.items():
        write_annotation_file(path, entries)
        print(path)
    print(f'{len(todo) - len(bad)} videos written to {args.dst}')
    for path, error in bad.items():
        print(f'skipped {path}: {error}')
    sys.exit(bool(bad))
