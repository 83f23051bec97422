"""Smaller copies of the videos of a data set."""

import os
from fractions import Fraction
from pathlib import Path
from typing import Dict, Tuple

import av
import decord

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
