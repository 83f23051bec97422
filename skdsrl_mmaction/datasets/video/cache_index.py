"""The index of a folder of frames that were decoded before.

A cache is a folder with the frames of ``PATH/NAME.EXT`` in
``PATH/NAME.EXT.npy``, and with :data:`INDEX`: one line of JSON for each
video. Lines are only added. Of two lines with the same name, the last counts.
"""

import fcntl
import json
import os
import os.path as osp
from contextlib import suppress
from functools import lru_cache
from typing import Dict, NamedTuple, Optional, Tuple

SUFFIX = '.npy'
INDEX = 'frames_index.jsonl'


class Entry(NamedTuple):
    """What the index says of one video.

    Attributes:
        name (str): ``PATH/NAME.EXT`` below the folder of the cache.
        source (str): The video, an absolute path.
        size (int): Of the video, in bytes.
        time (int): When the video was last changed, in nanoseconds.
        short_side (int): Of the frames, in pixels.
        fps (float): Frames per second of the video, 0 where unknown.
        content (str): What was made of the frames. Defaults to 'frames',
            which are as they were.
    """

    name: str
    source: str
    size: int
    time: int
    short_side: int
    fps: float
    content: str = 'frames'

    def has_changed(self) -> bool:
        """Return whether the video is another one than was decoded.

        A cache without its videos, as on another machine, is unchanged.
        """
        stamp = stamp_of(self.source)
        return stamp is not None and stamp != (self.size, self.time)


def stamp_of(path: str) -> Optional[Tuple[int, int]]:
    """Return size and time of change of a file, None where there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def find_cache(path: str) -> Optional[str]:
    """Return the folder of the cache that a path points into.

    Args:
        path (str): Of a file or folder, which need not exist.

    Returns:
        str, optional: The nearest parent with an index; None without one.
    """
    folder = osp.abspath(path)
    while folder != osp.dirname(folder):
        folder = osp.dirname(folder)
        if osp.exists(osp.join(folder, INDEX)):
            return folder
    return None


def read_index(folder: str) -> Dict[str, Entry]:
    """Read the index of a cache; it is kept in memory until it changes.

    Args:
        folder (str): Of the cache.

    Returns:
        dict[str, Entry]: By the name of the video; empty without an index.
    """
    path = osp.join(osp.abspath(folder), INDEX)
    return _read(path, stamp_of(path))


@lru_cache(maxsize=8)
def _read(path: str, stamp: Optional[Tuple[int, int]]) -> Dict[str, Entry]:
    entries = {}
    if stamp is not None:
        with open(path, encoding='utf-8') as file:
            for line in file:
                # A kill may have cut a line.
                with suppress(ValueError, TypeError):
                    entry = Entry(**json.loads(line))
                    entries[entry.name] = entry
    return entries


def find_entry(path: str) -> Optional[Entry]:
    """Find a video, or its file of frames, in the cache it points into.

    Args:
        path (str): Path below a cache, with or without :data:`SUFFIX`.

    Returns:
        Entry, optional: None where no cache has such a video.
    """
    folder = find_cache(path)
    if folder is None:
        return None
    name = osp.relpath(path, folder).replace(os.sep, '/')
    if name.endswith(SUFFIX):
        name = name[: -len(SUFFIX)]
    return read_index(folder).get(name)


def add_entry(folder: str, entry: Entry) -> None:
    """Add a line to the index; several processes may do so at a time.

    Args:
        folder (str): Of the cache, which must exist.
        entry (Entry): What the line says.
    """
    line = json.dumps(entry._asdict()).encode() + b'\n'
    with open(osp.join(folder, INDEX), 'ab+') as file:
        with suppress(OSError):  # file systems without locks
            fcntl.flock(file, fcntl.LOCK_EX)
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read() != b'\n':  # a line that a kill cut
                line = b'\n' + line
        file.write(line)
