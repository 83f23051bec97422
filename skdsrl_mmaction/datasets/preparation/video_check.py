"""Whether videos exist and can be decoded."""

import os
from typing import Iterator, Optional, Sequence

from .isolated import call_each


def decode_first_frame(path: str) -> None:
    """Decode the first frame, as the host's ``DecordInit`` would.

    decord reads the whole file to count its frames, and so finds an MP4 that
    was cut; a cut AVI is a shorter video.

    Args:
        path (str): The video.

    Raises:
        Exception: decord's complaint.
    """
    import decord

    # By its path: decord crashes on cut AVI files that it reads from memory.
    decord.VideoReader(path, num_threads=1)[0]


def check_videos(
    paths: Sequence[str], workers: int, decode: bool = True, seconds: int = 60
) -> Iterator[Optional[str]]:
    """Check videos in parallel; one that crashes the decoder stops no other.

    Args:
        paths (Sequence[str]): The videos.
        workers (int): How many processes decode, >= 1.
        decode (bool): Whether to decode a frame of each; otherwise they only
            have to exist. Defaults to True.
        seconds (int): How long one video may take. Defaults to 60.

    Yields:
        str, optional: For each path, in order, None if the video is good, or
        'missing', or 'unreadable: ' and the reason.
    """
    exists = [os.path.isfile(path) for path in paths]
    todo = [path if decode and e else None for path, e in zip(paths, exists)]
    results = call_each(decode_first_frame, todo, workers, seconds)
    for is_there, (_, error) in zip(exists, results):
        if not is_there:
            yield 'missing'
        else:
            yield error and f'unreadable: {error}'
