"""Re-encode the videos of a data set with a smaller short side."""

import os
from fractions import Fraction
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Dict, Tuple

import av
from rich.console import Console
from rich.progress import track

from ..video import PyAVReader
from ..video.orientation import has_display_matrix, upright
from ..video.stream import decode_from_beginning, frame_rate, open_stream
from .isolated import call_each
from .sources import videos_below


def shrunk_size(width: int, height: int, short_side: int) -> Tuple[int, int]:
    """Scale a size so that its shorter side is ``short_side``.

    Both sides become even, as 4:2:0 colour requires. A video that is small
    enough already keeps its size otherwise.

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

    The frames are those of ``PyAVReader``, turned upright.

    Args:
        src_dst (tuple[str, str]): The video, and the file to write, which is
            complete or absent at any time.
        short_side (int): Pixels, even.
        key_interval (int): Largest distance of key frames, >= 1: a random
            clip decodes fewer than that many frames that it does not need.

    Returns:
        int: Number of frames.

    Raises:
        FileNotFoundError: If there is no such video.
        ValueError: If no frame can be decoded, or if other frames are read
            from the copy than were written.
    """
    src, dst = src_dst
    unfinished = f'{dst}.partial.mp4'
    try:
        frames, size = _encode(src, unfinished, short_side, key_interval)
        _check_copy(unfinished, frames, size)
        os.replace(unfinished, dst)
    finally:
        Path(unfinished).unlink(missing_ok=True)
    return frames


def _check_copy(path: str, frames: int, size: Tuple[int, int]) -> None:
    reader = PyAVReader(path)
    last = reader.get_batch([len(reader) - 1])[0]
    found = {'PyAV': (len(reader), last.shape)}
    try:
        import decord
    except ImportError:  # it has no wheels for some machines
        pass
    else:
        # It reads rows of 48 and 72 pixels as of four channels.
        reader = decord.VideoReader(path)
        found['decord'] = len(reader), reader[0].shape
    width, height = size
    for name, (count, shape) in found.items():
        if (count, shape) != (frames, (height, width, 3)):
            raise ValueError(
                f'{frames} frames of {width}x{height} were written, but '
                f'{name} reads {count} of shape {shape}; use another '
                '--short-side'
            )


def _encode(
    src: str, dst: str, short_side: int, key_interval: int
) -> Tuple[int, Tuple[int, int]]:
    container, stream = open_stream(src)
    with container:
        rate = frame_rate(stream) or Fraction(25)
    frames = decode_from_beginning(src)
    first = next(frames, None)
    if first is None:
        raise ValueError('no frame could be decoded')
    stored = shrunk_size(first.width, first.height, short_side)
    turned = _reformat(first, stored)
    size = turned.width, turned.height
    with av.open(dst, 'w') as target:
        out = target.add_stream('libx264', rate=rate)
        out.width, out.height = size
        out.pix_fmt = 'yuv420p'
        out.codec_context.gop_size = key_interval
        out.codec_context.thread_count = 1
        # No loss is visible at this rate. Without B-frames, arithmetic coding
        # and deblocking, a clip decodes in half the time.
        out.options = {
            'crf': '16',
            'preset': 'slow',
            'bf': '0',
            'tune': 'fastdecode',
        }
        count = 0
        for frame in chain([first], frames):
            frame = _reformat(frame, stored)
            # Timestamps are wrong in AVI files with B-frames; count instead.
            frame.pts, frame.time_base = count, 1 / rate
            target.mux(out.encode(frame))
            count += 1
        target.mux(out.encode(None))
    return count, size


def _reformat(frame: av.VideoFrame, size: Tuple[int, int]) -> av.VideoFrame:
    """Scale a frame to the size of ``size`` as it is stored; turn it."""
    if not has_display_matrix(frame):
        return frame.reformat(*size, 'yuv420p', interpolation='AREA')
    rgb = frame.reformat(*size, 'rgb24', interpolation='AREA').to_ndarray()
    turned = av.VideoFrame.from_ndarray(upright(rgb, frame), format='rgb24')
    return turned.reformat(format='yuv420p')


def shrink_videos(
    videos: Dict[Path, Path], short_side: int, key_interval: int, workers: int
) -> Dict[Path, str]:
    """Write smaller copies in parallel, with a progress bar on stderr.

    Args:
        videos (dict[Path, Path]): File to write by file of the video.
        short_side (int): Pixels, even.
        key_interval (int): Largest distance of key frames, >= 1.
        workers (int): Number of processes, >= 1.

    Returns:
        dict[Path, str]: Reason by file of each video that has no copy.
    """
    for folder in {copy.parent for copy in videos.values()}:
        folder.mkdir(parents=True, exist_ok=True)
    results = call_each(
        partial(
            shrink_video, short_side=short_side, key_interval=key_interval
        ),
        [(str(video), str(copy)) for video, copy in videos.items()],
        workers,
        seconds=3600,
    )
    progress = track(
        results,
        description='shrinking videos',
        total=len(videos),
        console=Console(stderr=True),
    )
    # The results come first in zip(), which otherwise stops before the last
    # one is counted.
    return {
        video: error for (_, error), video in zip(progress, videos) if error
    }


def find_videos(src: Path, dst: Path) -> Dict[Path, Path]:
    """Map every video below ``src`` to its copy below ``dst``.

    Args:
        src (Path): Folder of videos.
        dst (Path): Folder of copies, which may be below ``src``.

    Returns:
        dict[Path, Path]: File of each copy by file of the video.

    Raises:
        ValueError: If two videos would have the same copy, or there is no
            video.
    """
    copies, taken = {}, set()
    for path in videos_below(src, dst):
        copy = dst / path.relative_to(src).with_suffix('.mp4')
        if copy in taken:
            raise ValueError(f'{path}: another video would be {copy} too')
        copies[path] = copy
        taken.add(copy)
    return copies
