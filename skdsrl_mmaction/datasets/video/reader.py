"""Read frames of a video by PyAV."""

from typing import Dict, Iterator, Sequence, Set

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from .batch import Batch, check_indices
from .frame_index import Span, make_index
from .orientation import upright
from .packet_table import PacketTable
from .pictures import Configuration
from .stream import decode_from_beginning, frame_rate, open_stream, unreadable

# From PyAV 17 on, converting colours takes a thread a core by default.
_ONE_THREAD = (
    dict(threads=1) if int(av.__version__.split('.')[0]) >= 17 else {}
)


class PyAVReader:
    """Read frames of a video, as the host does by ``decord.VideoReader``.

    The index of a frame is its place among the frames that decoding the file
    from its beginning returns. Opening reads all packets and their headers.
    Where these determine the frames, only what is wanted is decoded, from
    the random-access point before, without the frames on the way that no
    other frame refers to. Otherwise the file is decoded from its beginning,
    to count its frames and to return them.

    A file that was cut is a shorter video. Frames are turned upright.

    Args:
        path (str): The video file.

    Raises:
        FileNotFoundError: If there is none.
        ValueError: If it holds no video that can be read.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._container, stream = open_stream(path)
        self._context = stream.codec_context
        self._to_rgb = VideoReformatter()
        self._table = PacketTable(path, self._container, stream)
        try:
            self._index = make_index(
                self._container.format.name,
                self._context.codec.canonical_name,
                self._table.scan(),
                Configuration(
                    self._context.extradata or b'',
                    # Before PyAV 18, it is not known.
                    getattr(self._context, 'reorder_depth', 0),
                ),
                self._table.discarded,
            )
            if self._index is None:
                self._length = sum(1 for _ in decode_from_beginning(path))
            else:
                self._length = len(self._index)
        except av.FFmpegError as error:
            raise unreadable(path, error.strerror) from error
        if not self._length:
            raise unreadable(path, 'no frame can be decoded')
        self._fps = float(frame_rate(stream))

    def __del__(self) -> None:
        # A container and its streams refer to each other: closed, they hold
        # no memory until the garbage collector comes.
        if hasattr(self, '_container'):
            self._container.close()

    def __len__(self) -> int:
        return self._length

    def get_avg_fps(self) -> float:
        """Return the frames per second, 0 where the file does not say."""
        return self._fps

    def get_batch(self, indices: Sequence[int]) -> Batch:
        """Decode frames.

        Args:
            indices (Sequence[int]): In [0, ``len(self)``), in any order, any
                of them more than once.

        Returns:
            Batch: For each index an array of its own, (H, W, 3) uint8 RGB.

        Raises:
            IndexError: If an index is out of range.
            ValueError: If the file is damaged, and has fewer frames than its
                headers say.
        """
        indices = check_indices(self.path, len(self), indices)
        wanted = set(indices)
        try:
            frames = self._decode_spans(wanted) if self._index else {}
            if len(frames) < len(wanted):
                frames = self._decode_all(wanted)
        except av.FFmpegError as error:
            raise unreadable(self.path, error.strerror) from error
        return Batch.of(frames, indices)

    def _decode_spans(self, wanted: Set[int]) -> Dict[int, np.ndarray]:
        """Return the wanted frames, or none if they do not come as indexed."""
        frames: Dict[int, np.ndarray] = {}
        for span in self._index.spans(wanted):
            previous = -1
            try:
                for frame in self._decode_span(span):
                    i = self._index.index_of(frame.pts)
                    if i <= previous:
                        return {}
                    previous = i
                    if i in wanted:
                        frames[i] = self._rgb(frame)
                    if len(frames) == len(wanted):
                        return frames
            except av.FFmpegError:
                return {}
        return frames

    def _decode_span(self, span: Span) -> Iterator[av.VideoFrame]:
        """Yield frames whose ``pts`` are the numbers of their packets."""
        self._context.flush_buffers()
        packets = self._table.read(span.packets)
        for number, packet in zip(span.packets, packets):
            if number in span.left_out:
                continue
            is_needed = number in span.needed
            self._context.skip_frame = 'DEFAULT' if is_needed else 'NONREF'
            packet.pts = number
            yield from self._context.decode(packet)
        self._context.skip_frame = 'DEFAULT'
        yield from self._context.decode(None)  # what is held back

    def _decode_all(self, wanted: Set[int]) -> Dict[int, np.ndarray]:
        """Return the wanted frames, counted from the beginning."""
        frames: Dict[int, np.ndarray] = {}
        count = 0
        for i, frame in enumerate(decode_from_beginning(self.path)):
            count = i + 1
            if i in wanted:
                frames[i] = self._rgb(frame)
                if not self._index and len(frames) == len(wanted):
                    return frames
        if count != len(self):
            raise unreadable(
                self.path,
                f'it is damaged: of {len(self)} frames {count} can be decoded',
            )
        return frames

    def _rgb(self, frame: av.VideoFrame) -> np.ndarray:
        rgb = self._to_rgb.reformat(frame, format='rgb24', **_ONE_THREAD)
        return upright(rgb.to_ndarray(), frame)
