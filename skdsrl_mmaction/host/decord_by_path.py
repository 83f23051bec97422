"""``DecordInit`` opens files by their paths, and without decord as well."""

import os.path as osp
from typing import Callable


def open_decord_by_path(without_decord: Callable) -> None:
    """Open videos on disk by their paths in ``DecordInit``.

    Symptom: a truncated AVI kills the worker with a segmentation fault. Where
    decord has no wheel (Linux on aarch64, macOS on Apple silicon), no stock
    pipeline reads a video.

    Cause: decord 0.6.0 crashes on such a file when it reads from memory, as
    stock ``DecordInit`` does, and raises when it opens the file by its path.
    The frames are the same. Backends other than the disk stay as they are.

    Unnecessary once decord checks its input and has wheels everywhere.

    Args:
        without_decord (Callable): Opens a video by its path where decord is
            not installed; the host then needs no other change.
    """
    from mmaction.datasets.transforms import DecordInit

    stock = DecordInit._get_video_reader
    if getattr(stock, 'opens_by_path', False):
        return

    def get_video_reader(self, filename: str):
        path = str(filename)
        path += '' if osp.splitext(path)[1] else '.mp4'  # as the host does
        if self.io_backend not in ('disk', 'local') or not osp.isfile(path):
            return stock(self, filename)
        try:
            import decord
        except ImportError:
            return without_decord(path)
        return decord.VideoReader(path, num_threads=self.num_threads)

    get_video_reader.opens_by_path = True
    DecordInit._get_video_reader = get_video_reader
