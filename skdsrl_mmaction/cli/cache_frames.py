"""Decode and resize a data set once, so that training only reads frames.

Every video PATH/NAME.EXT below SRC becomes PATH/NAME.EXT.npy below DST, with
the pixels that Resize(scale=(-1, SHORT_SIDE)) makes of its frames. A config
reads them with data_prefix=dict(video=DST), its annotation files unchanged,
and trains and tests as on the videos, bit for bit. A second run makes what is
missing, and again what has changed.
"""

import argparse
import shutil
from pathlib import Path
from typing import Any, Dict, Optional, Sequence

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


def cache_parser(description: str, made: str) -> argparse.ArgumentParser:
    """Make a parser of a command that caches what it makes of videos.

    Args:
        description (str): Shown by ``--help`` as it is.
        made (str): What it makes of them.

    Returns:
        argparse.ArgumentParser: The parser, to which a command adds its own.
    """
    parser = copy_parser(
        description,
        dst=f'folder for their {made}',
        short_side='that of the first Resize of the config',
        ann_file='annotation files of which DST receives copies, with the '
        f'lines whose {made} are there',
    )
    parser.add_argument(
        '--max-gb',
        type=float,
        metavar='GB',
        help='largest size of the whole cache, in 10^9 bytes (default: what '
        'is free on the disk)',
    )
    return parser


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


def cache(args: argparse.Namespace, **kwargs: Any) -> None:
    """Cache what is made of videos, report it and end the command.

    Args:
        args (Namespace): Of :func:`cache_parser`.
        **kwargs: ``convert`` and ``content`` of
            :func:`~..datasets.preparation.cache.cache_video`, where it is not
            the frames.

    Raises:
        SystemExit: With status 1 if a video is not cached.
        FileExistsError, ValueError: If the folders, or the room, are not as
            they should be.
    """
    content = kwargs.get('content', 'frames')
    files = find_sources(args.src, args.dst, args.short_side, content)
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
    bad = cache_videos(todo, args.dst, args.short_side, args.workers, **kwargs)
    finish_copies(plan, args.dst, len(todo) - len(bad), bad)


def main(argv: Optional[Sequence[str]] = None) -> None:
    parser = cache_parser(__doc__, 'frames')
    args = parser.parse_args(argv)
    check_counts(parser, args, 'short_side', 'workers')
    cache(args)
