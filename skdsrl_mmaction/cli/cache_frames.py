"""Decode and resize a data set once, so that training only reads frames.

Every video PATH/NAME.EXT below SRC becomes PATH/NAME.EXT.npy below DST, with
the pixels that Resize(scale=(-1, SHORT_SIDE)) makes of its frames. A config
reads them with data_prefix=dict(video=DST), its annotation files unchanged,
and trains and tests as on the videos, bit for bit. A second run makes what is
missing, and again what has changed.
"""

import shutil
from pathlib import Path
from typing import Dict, Optional, Sequence

from ..datasets.preparation.cache import (
    cache_videos,
    cached_line,
    estimate_all,
    find_sources,
    is_cached,
)
from ..datasets.preparation.copied_annotations import plan_annotation_files
from .copy_options import copy_parser, finish_copies
from .options import check_counts

GB = 10**9


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = copy_parser(
        __doc__,
        dst='folder for their frames',
        short_side='that of the first Resize of the config',
        ann_file='annotation files of which DST receives copies, with the '
        'lines whose frames are there',
    )
    parser.add_argument(
        '--max-gb',
        type=float,
        metavar='GB',
        help='largest size of the whole cache, in 10^9 bytes (default: what '
        'is free on the disk)',
    )
    args = parser.parse_args(argv)
    check_counts(parser, args, 'short_side', 'workers')
    return args


def check_room(
    dst: Path, needed: int, files: Dict[Path, Path], max_gb: Optional[float]
) -> None:
    """Check that the frames that are not there yet have room.

    Args:
        dst (Path): Folder of the cache.
        needed (int): Bytes of the frames to write.
        files (dict[Path, Path]): File of frames by file of the video.
        max_gb (float, optional): Largest size of the whole cache, in GB.

    Raises:
        ValueError: If it would be larger, or the disk too small.
    """
    there = sum(x.stat().st_size for x in files.values() if x.exists())
    total = (needed + there) / GB
    if max_gb is not None and total > max_gb:
        raise ValueError(
            f'--max-gb {max_gb:g}: the frames need about {total:.3g} GB; '
            'allow more, use a smaller --short-side, or shrink_videos.py, '
            'whose copies are 20 to 50 times smaller'
        )
    parent = next(x for x in [dst, *dst.absolute().parents] if x.exists())
    free = shutil.disk_usage(parent).free
    if needed > free:
        raise ValueError(
            f'the frames need about {needed / GB:.3g} GB more, and '
            f'{free / GB:.3g} GB are free in {parent}; use another DST, or '
            'shrink_videos.py'
        )


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    files = find_sources(args.src, args.dst, args.short_side)
    plan = plan_annotation_files(
        args.ann_file, args.dst, files.values(), cached_line
    )
    todo = {
        video: file
        for video, file in files.items()
        if not is_cached(video, file, args.dst)
    }
    needed = estimate_all(todo, args.short_side, args.workers) if todo else 0
    print(
        f'{len(files)} videos, {len(todo)} of them to cache, about '
        f'{needed / GB:.3g} GB'
    )
    check_room(args.dst, needed, files, args.max_gb)
    bad = cache_videos(todo, args.dst, args.short_side, args.workers)
    finish_copies(plan, args.dst, len(todo) - len(bad), bad)
