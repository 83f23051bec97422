"""Decode and resize the videos of a data set once, for fast training."""

import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, Sequence, Tuple

import cv2
import numpy as np
from mmaction.datasets.transforms import Resize
from rich.console import Console
from rich.progress import track

from ...utils import TEMPORARY, open_whole
from ..video import PyAVReader
from ..video.cache_index import (
    INDEX,
    SUFFIX,
    Entry,
    add_entry,
    read_index,
    stamp_of,
)
from ..video.stream import frame_rate, open_stream
from .copied_annotations import Entry as Line
from .isolated import call_each
from .sources import videos_below

_BYTES = 2**27  # of decoded frames at a time

Convert = Callable[[Iterable[np.ndarray]], Iterable[np.ndarray]]


def cached_line(path: str, dst: Path) -> Line:
    """Return path and file of the cached frames of a video.

    Args:
        path (str): As an annotation file has it; it stays the same. A loader
            reads one without an extension as an mp4 file.
        dst (Path): Folder of the cache.
    """
    name = path if Path(path).suffix else f'{path}.mp4'
    return Line(path, dst / f'{name}{SUFFIX}')


def find_sources(
    src: Path, dst: Path, short_side: int, content: str = 'frames'
) -> Dict[Path, Path]:
    """Map every video below ``src`` to its file of frames below ``dst``.

    Args:
        src (Path): Folder of videos.
        dst (Path): Folder of the cache, which may be below ``src``.
        short_side (int): Of the frames, in pixels.
        content (str): What is made of them. Defaults to 'frames'.

    Returns:
        dict[Path, Path]: File of frames by file of the video.

    Raises:
        FileExistsError: If a file to write exists and ``dst`` is no cache.
        ValueError: If there is no video, ``dst`` is ``src``, or a cache of
            another short side or content.
    """
    if dst.resolve() == src.resolve():
        raise ValueError(
            f'DST {dst} must be another folder than SRC: a path in it names '
            'frames in place of a video'
        )
    files = {
        video: dst / f'{video.relative_to(src)}{SUFFIX}'
        for video in videos_below(src, dst)
    }
    index = read_index(str(dst))
    for entry in index.values():
        if entry.short_side != short_side:
            raise ValueError(
                f'--short-side {short_side}: DST {dst} is a cache of short '
                f'side {entry.short_side}; use that, or another DST'
            )
        if entry.content != content:
            raise ValueError(
                f'DST {dst} is a cache of {entry.content}, not of {content}; '
                'use another DST'
            )
    if not (dst / INDEX).exists():
        for file in files.values():
            if file.exists():
                raise FileExistsError(
                    f'{file} exists, but DST {dst} is not a cache; use '
                    'another DST'
                )
    return files


def is_cached(video: Path, file: Path, dst: Path) -> bool:
    """Return whether a cache has the frames of a video as it is now.

    Args:
        video (Path): The video.
        file (Path): Its file of frames.
        dst (Path): Folder of the cache.
    """
    entry = read_index(str(dst)).get(_name(file, dst))
    return (
        entry is not None
        and file.exists()
        and (entry.size, entry.time) == stamp_of(str(video))
    )


def _name(file: Path, dst: Path) -> str:
    return file.relative_to(dst).as_posix()[: -len(SUFFIX)]


def estimate_bytes(path: str, short_side: int) -> int:
    """Estimate the size of the frames of a video, from its header alone.

    Args:
        path (str): The video.
        short_side (int): Of the frames, in pixels.

    Returns:
        int: Bytes.

    Raises:
        ValueError: If it cannot be opened.
    """
    container, stream = open_stream(path)
    with container:
        sides = stream.codec_context.width, stream.codec_context.height
        count = stream.frames
        if not count and stream.duration:
            count = stream.duration * stream.time_base * frame_rate(stream)
        elif not count and container.duration:  # in microseconds
            count = container.duration * frame_rate(stream) / 10**6
    long_side = max(sides) * short_side / min(sides)
    return round((count or len(PyAVReader(path))) * short_side * long_side * 3)


def cache_video(
    video_file: Tuple[str, str],
    dst: str,
    short_side: int,
    convert: Convert = iter,
    content: str = 'frames',
) -> None:
    """Write the resized frames of a video, then its line of the index.

    The frames are those of ``PyAVReader``, resized by the stock ``Resize``.

    Args:
        video_file (tuple[str, str]): The video, and the file to write, which
            is complete or absent at any time.
        dst (str): Folder of the cache.
        short_side (int): Pixels, >= 1.
        convert (Callable): From an iterable of the resized frames, each
            (H, W, 3) uint8 RGB, to one of as many images of one shape, which
            are written. Defaults to the frames themselves.
        content (str): What ``convert`` makes. Defaults to 'frames'.

    Raises:
        FileNotFoundError: If there is no such video.
        ValueError: If it cannot be read, or its frames differ in size: they
            would be resized to that of the first frame of each clip.
    """
    cv2.setNumThreads(0)  # there is one process for each core
    video, file = video_file
    # Before it is read: a change meanwhile is noticed.
    size, time = stamp_of(video) or (0, 0)
    reader = PyAVReader(video)
    with open_whole(file) as out:
        for image in convert(_resized(reader, short_side)):
            if not out.tell():
                np.lib.format.write_array_header_1_0(
                    out,
                    dict(
                        descr=np.lib.format.dtype_to_descr(np.dtype(np.uint8)),
                        fortran_order=False,
                        shape=(len(reader), *image.shape),
                    ),
                )
            out.write(image)
    name = _name(Path(file), Path(dst))
    fps = reader.get_avg_fps()
    source = os.path.abspath(video)
    add_entry(dst, Entry(name, source, size, time, short_side, fps, content))


def _resized(reader: PyAVReader, short_side: int) -> Iterator[np.ndarray]:
    resize = Resize(scale=(-1, short_side))
    shape = None
    for frames in _blocks(reader):
        if shape is None:
            shape = frames[0].shape
        if any(frame.shape != shape for frame in frames):
            raise ValueError(
                'the size of its frames changes, so they cannot be cached'
            )
        yield from resize(dict(imgs=frames, img_shape=shape[:2]))['imgs']


def _blocks(reader: PyAVReader) -> Iterator[Sequence[np.ndarray]]:
    (first,) = reader.get_batch([0])
    step = max(1, _BYTES // first.nbytes)
    for start in range(0, len(reader), step):
        yield reader.get_batch(range(start, min(start + step, len(reader))))


def estimate_all(videos: Iterable[Path], short_side: int, workers: int) -> int:
    """Estimate the size of all frames, with a progress bar on stderr.

    A video that cannot be opened counts as nothing.

    Args:
        videos (Iterable[Path]): The videos.
        short_side (int): Of the frames, in pixels.
        workers (int): Number of processes, >= 1.

    Returns:
        int: Bytes.
    """
    found = _call_each(
        partial(estimate_bytes, short_side=short_side),
        list(map(str, videos)),
        workers,
        'estimating the size',
    )
    return sum(size or 0 for size, _ in found)


def cache_videos(
    files: Dict[Path, Path],
    dst: Path,
    short_side: int,
    workers: int,
    **kwargs: Any,
) -> Dict[Path, str]:
    """Write the frames of videos in parallel, with a progress bar on stderr.

    Args:
        files (dict[Path, Path]): File of frames by file of the video.
        dst (Path): Folder of the cache.
        short_side (int): Pixels, >= 1.
        workers (int): Number of processes, >= 1.
        **kwargs: Others of :func:`cache_video`.

    Returns:
        dict[Path, str]: Reason by file of each video that is not cached.
    """
    for folder in {dst, *(file.parent for file in files.values())}:
        folder.mkdir(parents=True, exist_ok=True)
    (dst / INDEX).touch()
    for file in files.values():
        _remove_unfinished(file)
    results = _call_each(
        partial(cache_video, dst=str(dst), short_side=short_side, **kwargs),
        [(str(video), str(file)) for video, file in files.items()],
        workers,
        'caching frames',
    )
    # The results come first in zip(), so that the last one is counted.
    return {video: error for (_, error), video in zip(results, files) if error}


def _call_each(
    function: Callable, items: Sequence, workers: int, description: str
) -> Iterable[Tuple[Any, str]]:
    return track(
        call_each(function, items, workers, seconds=3600),
        description=description,
        total=len(items),
        console=Console(stderr=True),
    )


def _remove_unfinished(file: Path) -> None:
    """Remove what killed processes left of a file."""
    for path in file.parent.glob(f'{file.name}.*{TEMPORARY}'):
        process = path.name[len(file.name) + 1 : -len(TEMPORARY)]
        with suppress(ProcessLookupError):
            os.kill(int(process), 0)
            continue
        path.unlink()
