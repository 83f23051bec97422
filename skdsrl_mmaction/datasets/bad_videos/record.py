"""The file that lists the bad videos of a run."""

import fcntl
import os
import os.path as osp
from contextlib import suppress
from typing import BinaryIO, Iterable, List, NamedTuple, Set

NAME = 'bad_videos.txt'


class BadVideo(NamedTuple):
    """A video that cannot be read.

    Attributes:
        path (str): The file, as the data set opens it.
        place (str): Annotation file and line.
        reason (str): What is wrong, in one line.
    """

    path: str
    place: str
    reason: str


class BadVideoRecord:
    """Bad videos of a run, one line each: path, place and reason, by tabs.

    All workers and ranks write to the same file. A path is written once.

    Args:
        work_dir (str): Folder of the file, which must exist.
    """

    def __init__(self, work_dir: str) -> None:
        self.path = osp.join(work_dir, NAME)
        self._forget()

    def start(self, videos: Iterable[BadVideo]) -> None:
        """Replace the content of the file.

        Args:
            videos (Iterable[BadVideo]): What it then holds. Without any there
                is no file.
        """
        with suppress(FileNotFoundError):
            os.remove(self.path)
        self._forget()
        for video in videos:
            self.add(video)

    def add(self, video: BadVideo) -> None:
        """Add a video, unless its path is there.

        Args:
            video (BadVideo): The video.
        """
        if video.path in self._known:
            return
        with open(self.path, 'ab+') as file:
            with suppress(OSError):  # file systems without locks
                fcntl.flock(file, fcntl.LOCK_EX)
            self._read_on(file)
            if video.path in self._known:
                return
            if self._read < file.tell():  # a line that a kill cut
                file.write(b'\n')
            file.write('\t'.join(video).encode() + b'\n')

    def read_new(self) -> List[BadVideo]:
        """Return the videos that were added since this was last called."""
        with suppress(FileNotFoundError):
            if osp.getsize(self.path) > self._read:
                with open(self.path, 'rb') as file:
                    self._read_on(file)
        new, self._new = self._new, []
        return new

    def _forget(self) -> None:
        self._known: Set[str] = set()
        self._new: List[BadVideo] = []
        self._read = 0  # bytes

    def _read_on(self, file: BinaryIO) -> None:
        file.seek(self._read)
        lines = file.read().decode()
        whole, newline, _ = lines.rpartition('\n')
        self._read += len((whole + newline).encode())
        self._new += [
            BadVideo(*line.split('\t'))
            for line in whole.splitlines()
            if line.count('\t') == 2
        ]
        self._known.update(video.path for video in self._new)
