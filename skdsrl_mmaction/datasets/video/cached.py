"""Read frames that were decoded before, in place of a video."""

import os.path as osp
from typing import Optional, Sequence, Union

import numpy as np

from .batch import Batch, check_indices
from .cache_index import SUFFIX, find_entry
from .reader import PyAVReader
from .stream import unreadable


class CachedReader:
    """Read the frames of a video from a cache, as ``PyAVReader`` does.

    The file is mapped: all processes share one copy in memory. What a
    transform writes into a frame stays in its process.

    Args:
        path (str): File of frames, ``NAME.EXT.npy``.

    Raises:
        FileNotFoundError: If there is none.
        ValueError: If it is not in the index of its cache, holds no frames,
            or the video has changed since.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        entry = find_entry(path)
        if entry is None:
            raise unreadable(
                path,
                'no index of a cache has it; run tools/data/cache_frames.py '
                '(again)',
            )
        if entry.has_changed():
            raise unreadable(
                path,
                f'{entry.source!r} has changed since its frames were cached; '
                'run tools/data/cache_frames.py again',
            )
        try:
            frames = np.load(path, mmap_mode='c')
        except (EOFError, ValueError) as error:
            raise unreadable(path, error) from error
        if frames.ndim != 4 or frames.dtype != np.uint8 or not len(frames):
            raise unreadable(
                path,
                f'it holds {frames.dtype} of shape {frames.shape}, not frames',
            )
        # Without the subclass of mmap, every view of a frame is cheaper.
        self._frames = frames.view(np.ndarray)
        self._fps = entry.fps

    def __len__(self) -> int:
        return len(self._frames)

    def get_avg_fps(self) -> float:
        """Return the frames per second of the video, 0 where unknown."""
        return self._fps

    def get_batch(self, indices: Sequence[int]) -> Batch:
        """Look frames up.

        Args:
            indices (Sequence[int]): In [0, ``len(self)``), in any order, any
                of them more than once.

        Returns:
            Batch: For each index an array, (H, W, 3) uint8 RGB.

        Raises:
            IndexError: If an index is out of range.
        """
        indices = check_indices(self.path, len(self), indices)
        return Batch.of(self._frames, indices)


def frames_of(path: str) -> Optional[str]:
    """Return the file of cached frames that stands for a video.

    Args:
        path (str): A video, whose extension is part of it.

    Returns:
        str, optional: None where the video itself is there, or neither is.
    """
    cached = path if path.endswith(SUFFIX) else f'{path}{SUFFIX}'
    if not osp.exists(cached) or (cached != path and osp.exists(path)):
        return None
    return cached


def open_video(path: str) -> Union[PyAVReader, CachedReader]:
    """Open a video, or its cached frames where the path is in a cache.

    Args:
        path (str): The video.

    Returns:
        PyAVReader | CachedReader: A reader of its frames.

    Raises:
        FileNotFoundError: If there is neither.
        ValueError: If it cannot be read.
    """
    cached = frames_of(path)
    return CachedReader(cached) if cached else PyAVReader(path)
