"""Check that videos exist and can be decoded."""

import os
from typing import Iterator, Optional, Sequence

from .isolated import call_each


def decode_first_frame(path: str) -> None:
    """Decode the first frame, as the host's ``DecordInit`` does.

    decord reads the whole file to count its frames, so a truncated MP4 is an
    error; a truncated AVI is a shorter video.

    Args:
        path (str): The video.

    Raises:
        Exception: Of decord, if the video cannot be decoded.
    """
    import decord

    # Opened by path: decord crashes on truncated AVI files in memory.
    decord.VideoReader(path, num_threads=1)[0]


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
