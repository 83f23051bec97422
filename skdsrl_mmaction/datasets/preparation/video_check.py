"""Check that videos exist and can be decoded."""

import os
from typing import Iterator, Optional, Sequence

from ..video import PyAVReader
from .isolated import call_each


def decode_first_frame(path: str) -> None:
    """Open a video as training does, and decode its first frame.

    Opening reads the whole file to count its frames. A file that was cut is
    a shorter video, except for an MP4 whose index was at its end.

    Args:
        path (str): The video.

    Raises:
        ValueError: If it cannot be read.
    """
    PyAVReader(path).get_batch([0])


def check_videos(
    paths: Sequence[str], workers: int, decode: bool = True, seconds: int = 60
) -> Iterator[Optional[str]]:
    """Check videos in parallel.

    A video that crashes the decoder does not stop the others.

    Args:
        paths (Sequence[str]): The videos.
        workers (int): Number of processes that decode, >= 1.
        decode (bool): Whether to decode a frame of each; otherwise they only
            have to exist. Defaults to True.
        seconds (int): Time limit of one video. Defaults to 60.

    Yields:
        str, optional: For each path, in order, None if the video is good, or
        'missing', or 'unreadable: ' and the reason.
    """
    exists = [os.path.isfile(path) for path in paths]
    todo = [path if decode and e else None for path, e in zip(paths, exists)]
    results = call_each(decode_first_frame, todo, workers, seconds)
    for (_, error), is_there in zip(results, exists):
        if not is_there:
            yield 'missing'
        else:
            yield error and f'unreadable: {error}'
