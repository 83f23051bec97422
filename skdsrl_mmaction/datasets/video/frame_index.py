"""Which packets to decode for wanted frames.

The index of a frame is its place among the frames that decoding the whole
stream from its beginning returns, in the order of display.
"""

from array import array
from bisect import bisect_right
from itertools import accumulate
from operator import lt
from typing import (
    Callable,
    Collection,
    Container,
    Dict,
    Iterable,
    List,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
)

import av

from . import h264, hevc, mpeg4, vpx
from .pictures import NO_FRAME, Configuration, Pictures, Undecided

_HEADER_READERS: Dict[str, Callable] = {
    'h264': h264.read_pictures,
    'hevc': hevc.read_pictures,
    'mpeg4': mpeg4.read_pictures,
    'vp8': vpx.read_vp8,
    'vp9': vpx.read_vp9,
}
# Containers that store the sizes of packets. In others, as MPEG-TS, a file may
# be cut in its last packet, and whether this has a frame is not known.
_SIZED = 'mov,mp4', 'matroska,webm', 'avi', 'flv'
# Codecs whose decoder can leave out frames that no other frame refers to.
_CAN_SKIP = 'h264', 'mpeg4'


class Span(NamedTuple):
    """Packets to decode one after the other, starting afresh.

    Attributes:
        packets (range): Starts at a random-access point.
        needed (Container[int]): Those that must not be skipped, even if no
            other frame refers to theirs.
        left_out (Container[int]): Those that must not be decoded.
    """

    packets: range
    needed: Container[int]
    left_out: Container[int]


def find_spans(packets: Iterable[int], starts: List[int]) -> List[List[int]]:
    """Group the wanted packets into spans, each from a random-access point.

    Args:
        packets (Iterable[int]): All different.
        starts (list[int]): Random-access points, in order, from 0 on.

    Returns:
        list[list[int]]: In order, spans that do not touch: a random-access
        point, and the wanted packets from there on.
    """
    spans: List[List[int]] = []
    for packet in sorted(packets):
        start = starts[bisect_right(starts, packet) - 1]
        if spans and start <= spans[-1][-1] + 1:
            spans[-1].append(packet)
        else:
            spans.append([start, packet])
    return spans


class FrameIndex:
    """Frames of a stream whose headers were read.

    Args:
        pictures (Pictures): What the headers say.
        discarded (Collection[int]): Packets whose frames an edit list cuts
            out.
        can_skip (bool): Whether the decoder may leave out frames that no
            other frame refers to.

    Raises:
        Undecided: If decoding cannot start at the first packet.
    """

    def __init__(
        self, pictures: Pictures, discarded: Collection[int], can_skip: bool
    ) -> None:
        keys = pictures.keys
        self.starts = _closed_starts(keys, pictures.starts)
        if keys == range(len(keys)) and not discarded:
            self.packets = self.indices = keys  # all in stream order
        else:
            self.packets, self.indices = _sort(keys, set(discarded))
        self.groups = pictures.groups
        self.placeholders = pictures.placeholders
        self.can_skip = can_skip

    def __len__(self) -> int:
        return len(self.packets)

    def index_of(self, packet: int) -> int:
        """Return the index of a packet's frame, -1 if it has none."""
        return self.indices[packet]

    def spans(self, wanted: Iterable[int]) -> List[Span]:
        """Return what to decode for wanted frames.

        Args:
            wanted (Iterable[int]): Indices of frames, all different.
        """
        packets = [self.packets[index] for index in wanted]
        return [
            self._span(range(start, needed[-1] + 1), needed)
            for start, *needed in find_spans(packets, self.starts)
        ]

    def _span(self, packets: range, needed: List[int]) -> Span:
        if not self.can_skip:
            return Span(packets, packets, ())
        if not self.groups:
            return Span(packets, set(needed), ())
        in_groups = {
            packet
            for first in {self.groups[packet] for packet in needed}
            for packet in range(first, bisect_right(self.groups, first))
        }
        return Span(packets, in_groups, self.placeholders - in_groups)


def _sort(
    keys: Sequence[int], discarded: Collection[int]
) -> Tuple[Sequence[int], Sequence[int]]:
    """Return the packet of each frame, and the index of each packet."""
    shown = [
        packet
        for packet, key in enumerate(keys)
        if key != NO_FRAME and packet not in discarded
    ]
    shown.sort(key=keys.__getitem__)
    indices = array('q', [NO_FRAME]) * len(keys)
    for index, packet in enumerate(shown):
        indices[packet] = index
    return array('q', shown), indices


def _closed_starts(keys: Sequence[int], starts: List[int]) -> List[int]:
    """Keep the random-access points that no frame crosses.

    All frames before such a point in the stream are displayed before its
    frame, and all after it, after.
    """
    if not starts or max(keys[: starts[0]], default=NO_FRAME) != NO_FRAME:
        raise Undecided('it does not start with a random-access point')
    if all(map(lt, keys, keys[1:])):
        return [0, *starts[1:]]
    before = list(accumulate(keys, max))
    after = (before[-1] if key == NO_FRAME else key for key in reversed(keys))
    after = list(accumulate(after, min))[::-1]
    closed = [i for i in starts if before[i] == keys[i] == after[i]]
    if closed[:1] != starts[:1]:
        raise Undecided('frames are displayed before the first one')
    return [0, *closed[1:]]


def make_index(
    container: str,
    codec: str,
    packets: Iterable[av.Packet],
    configuration: Configuration,
    discarded: Collection[int],
) -> Optional[FrameIndex]:
    """Read the headers of a stream.

    Args:
        container (str): FFmpeg's name of the format of the file.
        codec (str): FFmpeg's name of the format of the stream.
        packets (Iterable[av.Packet]): All packets. May raise ``Undecided``.
        configuration (Configuration): Of the stream.
        discarded (Collection[int]): As for ``FrameIndex``; read after the
            packets.

    Returns:
        FrameIndex, optional: None where the headers leave open which frames
        decoding returns.
    """
    if not container.startswith(_SIZED) or codec not in _HEADER_READERS:
        return None
    try:
        pictures = _HEADER_READERS[codec](packets, configuration)
        return FrameIndex(pictures, discarded, codec in _CAN_SKIP)
    except (Undecided, IndexError):  # a header that ends too early
        return None
