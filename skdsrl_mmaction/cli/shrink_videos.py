"""Re-encode a data set once with a small short side, for fast training.

Every video below SRC becomes an H.264 file at the same place below DST. This
changes pixels: it scales once and compresses again. Started again, it goes on
with the videos that are missing; nothing is overwritten.
"""

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import Optional, Sequence

from rich.console import Console
from rich.progress import track

from ..datasets.preparation.isolated import call_each
from ..datasets.preparation.shrink import (
    find_videos,
    rewrite_list,
    shrink_video,
)


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('src', type=Path, help='folder of videos')
    parser.add_argument('dst', type=Path, help='folder for their copies')
    parser.add_argument('--short-side', type=int, default=128, help='pixels')
    parser.add_argument(
        '--key-interval', type=int, default=8, help='frames to a key frame'
    )
    parser.add_argument(
        '--ann-file',
        type=Path,
        nargs='+',
        default=[],
        help='annotation lists to write into DST with the paths of the copies',
    )
    parser.add_argument(
        '--workers', type=int, default=os.cpu_count(), help='processes'
    )
    args = parser.parse_args(argv)
    if args.short_side < 2 or args.short_side % 2:
        parser.error(f'--short-side {args.short_side} must be even and > 0')
    return args


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    copies = find_videos(args.src, args.dst)
    todo = {src: dst for src, dst in copies.items() if not dst.exists()}
    print(f'{len(copies)} videos, {len(todo)} of them to shrink')
    for folder in {dst.parent for dst in todo.values()} | {args.dst}:
        folder.mkdir(parents=True, exist_ok=True)

    results = call_each(
        partial(
            shrink_video,
            short_side=args.short_side,
            key_interval=args.key_interval,
        ),
        [(str(src), str(dst)) for src, dst in todo.items()],
        args.workers,
        seconds=3600,
    )
    progress = track(
        results,
        description='shrinking videos',
        total=len(todo),
        console=Console(stderr=True),
    )
    bad = {src: error for src, (_, error) in zip(todo, progress) if error}

    for ann_file in args.ann_file:
        print(rewrite_list(ann_file, args.dst))
    print(f'{len(todo) - len(bad)} videos written to {args.dst}')
    for path, error in bad.items():
        print(f'skipped {path}: {error}')
    sys.exit(bool(bad))
