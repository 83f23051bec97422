"""Re-encode a data set once with a small short side, for fast training.

Every video below SRC becomes an H.264 file at the same place below DST. This
changes pixels: it scales once and compresses again. Started again, it goes on
with the videos that are missing; nothing is overwritten.
"""

import argparse
import os
import sys
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Dict, Tuple

import av
import decord
from isolated import call_each
from rich.console import Console
from rich.progress import track

SUFFIXES = ('.avi', '.mkv', '.mov', '.mp4', '.mpg', '.webm', '.wmv')


def shrunk_size(width: int, height: int, short_side: int) -> Tuple[int, int]:
    """Even width and height, the shorter one ``short_side``.

    A smaller video keeps its size but for odd pixels, which 4:2:0 colour
    does not allow.

    Args:
        width (int): Pixels.
        height (int): Pixels.
        short_side (int): Pixels, even.

    Returns:
        tuple[int, int]: Width and height.
    """
    scale = min(1, Fraction(short_side, min(width, height)))
    return tuple(max(2, 2 * round(scale * x / 2)) for x in (width, height))


def shrink_video(
    src_dst: Tuple[str, str], short_side: int, key_interval: int
) -> int:
    """Write a smaller copy with the same frames, in the same order.

    Args:
        src_dst (tuple[str, str]): The video, and the file to write, which is
            complete or absent at any time.
        short_side (int): Pixels, even.
        key_interval (int): A key frame at least every so many frames: a
            random clip decodes at most so many frames in vain.

    Returns:
        int: Number of frames.

    Raises:
        Exception: Of PyAV, if ``src`` cannot be decoded to its end.
        ValueError: If it has no frame, or decord reads other frames from the
            copy than were written.
    """
    src, dst = src_dst
    unfinished = f'{dst}.partial.mp4'
    try:
        frames, size = _encode(src, unfinished, short_side, key_interval)
        reader = decord.VideoReader(unfinished)
        width, height = size
        found, shape = len(reader), reader[0].shape
        if (found, shape) != (frames, (height, width, 3)):
            # decord takes rows of 48 and 72 pixels for four channels.
            raise ValueError(
                f'{frames} frames of {width}x{height} were written, but '
                f'decord reads {found} of shape {shape}; use another '
                '--short-side'
            )
        os.replace(unfinished, dst)
    finally:
        Path(unfinished).unlink(missing_ok=True)
    return frames


def _encode(
    src: str, dst: str, short_side: int, key_interval: int
) -> Tuple[int, Tuple[int, int]]:
    frames = 0
    with av.open(src) as source, av.open(dst, 'w') as target:
        stream = source.streams.video[0]
        stream.codec_context.thread_count = 1
        rate = stream.average_rate or 25
        size = shrunk_size(stream.width, stream.height, short_side)
        out = target.add_stream('libx264', rate=rate)
        out.width, out.height = size
        out.pix_fmt = 'yuv420p'
        out.codec_context.gop_size = key_interval
        out.codec_context.thread_count = 1
        # Nothing that one can see is lost. Without B-frames, arithmetic coding
        # and deblocking, a clip decodes in half the time.
        out.options = {
            'crf': '16',
            'preset': 'slow',
            'bf': '0',
            'tune': 'fastdecode',
        }
        for frame in source.decode(stream):
            frame = frame.reformat(*size, 'yuv420p', interpolation='AREA')
            # Counted: time stamps lie in AVIs with B-frames.
            frame.pts, frame.time_base = frames, 1 / Fraction(rate)
            target.mux(out.encode(frame))
            frames += 1
        target.mux(out.encode(None))
    if not frames:
        raise ValueError('no frame could be decoded')
    return frames, size


def find_videos(src: Path, dst: Path) -> Dict[Path, Path]:
    """Map every video below ``src`` to its copy below ``dst``.

    Raises:
        ValueError: If two videos would have the same copy, or there is none.
    """
    copies, taken = {}, set()
    for path in sorted(src.rglob('*')):
        if path.suffix.lower() in SUFFIXES and dst not in path.parents:
            copy = dst / path.relative_to(src).with_suffix('.mp4')
            if copy in taken:
                raise ValueError(f'{path}: another video would be {copy} too')
            copies[path] = copy
            taken.add(copy)
    if not copies:
        raise ValueError(f'{src} holds no video, {", ".join(SUFFIXES)}')
    return copies


def rewrite_list(ann_file: Path, dst: Path) -> Path:
    """Write an annotation list anew for the copies, in ``dst``.

    Args:
        ann_file (Path): Lines ``path label``, as before.
        dst (Path): Folder of the copies.

    Returns:
        Path: The new list, of the same name, without the lines whose copy
        is not there.

    Raises:
        FileExistsError: If it is there and has other content.
    """
    lines = []
    for line in ann_file.read_text().splitlines():
        path, *labels = line.split()
        copy = Path(path).with_suffix('.mp4')
        if (dst / copy).exists():
            lines.append(' '.join([str(copy), *labels]))
    text = ''.join(f'{line}\n' for line in lines)
    out = dst / ann_file.name
    if out.exists() and out.read_text() != text:
        raise FileExistsError(
            f'{out} exists with other lines and is not overwritten'
        )
    out.write_text(text)
    return out


def parse_args():
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
    args = parser.parse_args()
    if args.short_side < 2 or args.short_side % 2:
        parser.error(f'--short-side {args.short_side} must be even and > 0')
    return args


def main() -> None:
    args = parse_args()
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


if __name__ == '__main__':
    main()
