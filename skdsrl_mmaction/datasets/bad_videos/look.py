"""What the metadata of a video file, or a folder of frames, show."""

import os
import os.path as osp
import stat
from typing import Optional

from ..video import frames_of

_KINDS = {
    stat.S_IFDIR: 'a directory',
    stat.S_IFIFO: 'a FIFO',
    stat.S_IFSOCK: 'a socket',
    stat.S_IFCHR: 'a device',
    stat.S_IFBLK: 'a device',
}


def look_at_video(path: str) -> Optional[str]:
    """Say what is wrong with a video file, without opening it.

    Opening a FIFO would wait for ever.

    Args:
        path (str): The video. A loader reads one without an extension as an
            mp4 file. URLs are not looked at; cached frames count as present.

    Returns:
        str, optional: What is wrong; None if nothing is seen.
    """
    if '://' in path:
        return None
    try:
        status = os.stat(path)
    except OSError as error:
        if osp.splitext(path)[1]:
            return None if frames_of(path) else _reason(error)
        return look_at_video(f'{path}.mp4')
    if not stat.S_ISREG(status.st_mode):
        return _KINDS.get(stat.S_IFMT(status.st_mode), 'not a file')
    return None if status.st_size else 'empty'


def look_at_frames(folder: str) -> Optional[str]:
    """Say what is wrong with a folder of frames.

    Args:
        folder (str): The folder. URLs are not looked at.

    Returns:
        str, optional: What is wrong; None if nothing is seen.
    """
    if '://' in folder:
        return None
    try:
        with os.scandir(folder) as entries:
            return None if any(entries) else 'empty'
    except NotADirectoryError:
        return 'not a directory'
    except OSError as error:
        return _reason(error)


def _reason(error: OSError) -> str:
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return 'missing'
    return str(error.strerror)
