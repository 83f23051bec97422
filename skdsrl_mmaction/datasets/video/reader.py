"""Reading frames of a video by PyAV: fast, and always the right ones."""

from typing import Dict, List, Sequence, Set

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from .frame_index import CountedFrames, make_index

# From PyAV 17 on, converting colours takes a thread a core unless told.
_ONE_THREAD = (
    dict(threads=1) if int(av.__version__.split('.')[0]) >= 17 else {}
)


class Batch(list):
    """Frames, to be had as decord's are."""

    def asnumpy(self) -> List[np.ndarray]:
        """The frames themselves."""
        return self


class PyAVReader:
    """What the host's loaders use of ``decord.VideoReader``, by PyAV.

    All packets are read at once, and decoded on demand: from the key frame
    before a wanted frame on, without the frames on the way that no other
    frame refers to.

    Args:
        path (str): The video file.

    Raises:
        FileNotFoundError: If there is none.
        ValueError: If it holds no video that can be read.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self._container = av.open(path)
            if not self._container.streams.video:
                raise self._unreadable('it has no video stream')
            stream = self._container.streams.video[0]
            # An empty packet marks the end.
            self._packets = [
                packet
                for packet in self._container.demux(stream)
                if packet.size
            ]
        except FileNotFoundError:
            raise
        except av.FFmpegError as error:
            raise self._unreadable(error) from error
        self._context = stream.codec_context
        self._context.thread_count = 1  # the workers of a loader are many
        self._to_rgb = VideoReformatter()
        self._fps = float(stream.average_rate or 0)
        self._index = make_index(
            self._container.format.name, self._context.name, self._packets
        )
        if not len(self._index):
            raise self._unreadable('it has no frames')

    def _unreadable(self, reason: object) -> ValueError:
        return ValueError(f'cannot read the video {self.path!r}: {reason}')

    def __del__(self) -> None:
        # A container and its streams refer to each other: closed, they hold
        # no memory until the garbage collector comes.
        if hasattr(self, '_container'):
            self._container.close()

    def __len__(self) -> int:
        return len(self._index)

    def get_avg_fps(self) -> float:
        """Frames a second, 0 where the file does not tell."""
        return self._fps

    def get_batch(self, indices: Sequence[int]) -> Batch:
        """Decode frames.

        Args:
            indices (Sequence[int]): In [0, ``len(self)``), in any order, any
                of them more than once. Where ``len`` counts more frames than
                decode, the last one stands for those that are missing.

        Returns:
            Batch: For each index an array of its own, (H, W, 3) uint8 RGB.

        Raises:
            IndexError: If an index is out of range.
            ValueError: If a frame cannot be decoded.
        """
        indices = [int(i) for i in indices]
        wanted = set(indices)
        if not 0 <= min(wanted) <= max(wanted) < len(self):
            raise IndexError(
                f'{self.path!r} has {len(self)} frames, but frames '
                f'{min(wanted)} to {max(wanted)} were asked for'
            )
        try:
            frames = self._decode(self._index, wanted)
        except av.FFmpegError as error:
            raise self._unreadable(error) from error
        # Transforms may write into their frames.
        return Batch(
            frames[i].copy() if i in indices[:k] else frames[i]
            for k, i in enumerate(indices)
        )

    def _decode(self, index, wanted: Set[int]) -> Dict[int, np.ndarray]:
        frames: Dict[int, np.ndarray] = {}
        frame = None
        for run in index.runs(wanted):
            self._context.flush_buffers()
            for packet in [*run.packets, None]:  # None: what is held back
                is_needed = packet is None or packet in run.needed
                self._context.skip_frame = 'DEFAULT' if is_needed else 'NONREF'
                data = None if packet is None else self._packets[packet]
                for frame in self._context.decode(data):
                    i = run.identify(frame)
                    if i in wanted:
                        frames[i] = self._rgb(frame)
                if len(frames) == len(wanted):
                    return frames
        if not isinstance(index, CountedFrames):  # it was wrong
            return self._decode(CountedFrames(len(self._packets)), wanted)
        if frame is None:
            raise self._unreadable('no frame can be decoded')
        last = self._rgb(frame)
        return {i: frames.get(i, last.copy()) for i in wanted}

    def _rgb(self, frame: av.VideoFrame) -> np.ndarray:
        rgb = self._to_rgb.reformat(frame, format='rgb24', **_ONE_THREAD)
        array = rgb.to_ndarray()  # of the frame's own memory
        if frame.rotation:  # counterclockwise, as phones write it
            array = np.ascontiguousarray(
                np.rot90(array, round(frame.rotation / 90))
            )
        return array
