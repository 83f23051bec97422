"""decord opens files by their paths."""

import os.path as osp


def open_decord_by_path() -> None:
    """A truncated AVI kills the worker with a segmentation fault.

    decord 0.6.0 crashes on such a file when it reads from memory, as stock
    ``DecordInit`` does, and raises when it opens the file by its path. So
    files on disk are opened by path; other backends stay as they are, and the
    frames are the same. Unnecessary once decord checks its input.
    """
    from mmaction.datasets.transforms import DecordInit

    stock = DecordInit._get_video_reader
    if getattr(stock, 'opens_by_path', False):
        return

    def get_video_reader(self, filename: str):
        if self.io_backend != 'disk' or not osp.isfile(filename):
            return stock(self, filename)
        import decord

        return decord.VideoReader(str(filename), num_threads=self.num_threads)

    get_video_reader.opens_by_path = True
    DecordInit._get_video_reader = get_video_reader
