import os.path as osp

from mmaction.datasets.transforms import DecordInit
from mmaction.registry import TRANSFORMS

from ..video import frames_of, open_video

_BACKENDS = ('pyav', 'decord')


@TRANSFORMS.register_module()
class VideoInit(DecordInit):
    """Open a video on disk, in place of ``DecordInit``.

    The stock ``DecordDecode`` then reads all sampled frames in one pass. Both
    backends return the same pixels for most videos. PyAV is faster, needs no
    decord, and returns the right frames also in AVI files with B-frames
    (XVID, DivX), where decord returns neighbouring ones.

    A path into a cache that ``tools/data/cache_frames.py`` wrote returns the
    cached frames, whatever the backend. They are those of 'pyav' after the
    ``Resize`` that must follow, which then changes nothing.

    Required Keys:

        - filename: '.mp4' is added where there is no extension

    Added Keys:

        - video_reader
        - total_frames
        - avg_fps

    Args:
        backend (str): 'pyav' or 'decord'. ``DecordDecode(mode='efficient')``
            works with decord only. Defaults to 'pyav'.
        io_backend (str): 'disk', the only storage that it reads; so that it
            takes the place of a stock ``DecordInit`` by its type alone.

    Raises:
        ValueError: If there is no such backend or storage; in use, if the
            file cannot be read, or has changed since it was cached.
        FileNotFoundError: In use, if there is no such file.
    """

    def __init__(
        self, backend: str = 'pyav', io_backend: str = 'disk'
    ) -> None:
        if io_backend != 'disk':
            raise ValueError(
                f"VideoInit.io_backend must be 'disk', but is {io_backend!r}; "
                'use DecordInit for other storages'
            )
        if backend not in _BACKENDS:
            raise ValueError(
                f'VideoInit.backend must be one of {_BACKENDS}, '
                f'but is {backend!r}'
            )
        super().__init__()
        self.backend = backend

    def _get_video_reader(self, filename: str) -> object:
        if not osp.splitext(filename)[1]:
            filename += '.mp4'
        if self.backend == 'pyav' or frames_of(filename):
            return open_video(filename)
        if not osp.exists(filename):
            raise FileNotFoundError(filename)
        # decord raises its own errors, or returns a reader of no frames.
        try:
            reader = super()._get_video_reader(filename)
        except RuntimeError as error:
            raise ValueError(f'cannot read {filename!r}: {error}') from error
        if not len(reader):
            raise ValueError(f'cannot read {filename!r}: no frames')
        return reader

    def __repr__(self) -> str:
        return f'{self.__class__.__name__}(backend={self.backend!r})'
