"""Whether videos exist and can be decoded, in processes that may crash.

No more is imported than the processes need: every one imports this module.
"""

import os
import re
import signal
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from queue import SimpleQueue
from typing import Iterator, Optional, Sequence


def decoding_error(path: str, seconds: int) -> Optional[str]:
    """Decode the first frame, as the host's ``DecordInit`` would.

    decord reads the whole file to count its frames, and so finds an MP4 that
    was cut; a cut AVI is a shorter video. It may crash, and this process ends
    if it takes longer than ``seconds``: an alarm without a handler stops
    native code too.

    Args:
        path (str): The video.
        seconds (int): How long opening and decoding may take.

    Returns:
        str, optional: What decord raised, or None if there is a frame.
    """
    import decord

    signal.alarm(seconds)
    try:
        # By its path: decord crashes on cut AVI files that it reads from
        # memory.
        decord.VideoReader(path, num_threads=1)[0]
    except Exception as error:  # of several types, for whatever is in a file
        # Out with the time and the line of decord's source, and its stack.
        message = re.sub(r'\[[\d:]+\] \S+ ', '', str(error).split('\n')[0])
        return f'{type(error).__name__}: {message}'
    finally:
        signal.alarm(0)
    return None


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
    # Executors of one process each: a crash then tells which video it was.
    idle: SimpleQueue = SimpleQueue()
    for _ in range(workers):
        idle.put(_executor())

    def check(path: str) -> Optional[str]:
        if not os.path.isfile(path):
            return 'missing'
        if not decode:
            return None
        executor = idle.get()
        try:
            error = executor.submit(decoding_error, path, seconds).result()
        except BrokenProcessPool:
            executor = _executor()
            error = f'decord crashed or took more than {seconds} s'
        finally:
            idle.put(executor)
        return error and f'unreadable: {error}'

    with ThreadPoolExecutor(workers) as threads:
        yield from threads.map(check, paths)
    for _ in range(workers):
        idle.get().shutdown()


def _executor() -> ProcessPoolExecutor:
    # Not forked: other threads are running.
    return ProcessPoolExecutor(
        1, mp_context=get_context('spawn'), initializer=_set_up_process
    )


def _set_up_process() -> None:
    # Ctrl-C is for the parent, and decord's own messages, which the reasons
    # repeat, would run into the progress bar.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
