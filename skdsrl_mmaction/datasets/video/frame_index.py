"""Which packets to decode for given frames, and which frames come out.

The index of a frame is its place among the frames that decoding the whole
file gives, in the order of display.
"""

from bisect import bisect_right
from itertools import count
from typing import (
    Callable,
    Iterable,
    Iterator,
    List,
    NamedTuple,
    Optional,
    Set,
)
from typing import Container as ContainerOf

import av
import numpy as np
from av.video.frame import PictureType

from .mpeg4_groups import Group, find_groups

# Here time stamps and key frames are facts of the file, and every packet is a
# frame. In AVI they are guesses, and wrong ones where there are B-frames.
_TIMED_CONTAINERS = ('mov,mp4', 'matroska,webm')
_TIMED_CODECS = ('av1', 'h264', 'hevc', 'vp9')


class Run(NamedTuple):
    """Packets to decode one after the other, starting afresh.

    Frames of packets that are not in ``needed`` may be left out if no other
    frame refers to them. ``identify`` is called on every frame that comes
    out, in that order, and returns its index, or None if it has none.
    """

    packets: range
    needed: ContainerOf[int]
    identify: Callable[[av.VideoFrame], Optional[int]]


def find_spans(places: Iterable[int], entries: List[int]) -> List[List[int]]:
    """Where to start for given places, and which of them come on the way.

    Args:
        places (Iterable[int]): All different.
        entries (list[int]): Where one can start, in order, from 0 on.

    Returns:
        list[list[int]]: In order, spans that do not touch: an entry, and the
        places after it (or there).
    """
    spans: List[List[int]] = []
    for place in sorted(places):
        entry = entries[bisect_right(entries, place) - 1]
        if spans and entry <= spans[-1][-1] + 1:
            spans[-1].append(place)
        else:
            spans.append([entry, place])
    return spans


class CountedFrames:
    """For streams that do not tell: all is decoded, and counted.

    Args:
        packets (int): How many packets the stream has. Some may hold no
            frame, so that this many frames are an upper bound.
    """

    def __init__(self, packets: int) -> None:
        self.packets = range(packets)

    def __len__(self) -> int:
        return len(self.packets)

    def runs(self, wanted: Set[int]) -> Iterator[Run]:
        """All packets, in one run."""
        place = count()
        yield Run(self.packets, self.packets, lambda frame: next(place))


class TimedFrames:
    """For streams whose time stamps tell the order of display.

    Args:
        pts (np.ndarray): Time stamps of the packets, no two of them equal.
        is_key (np.ndarray): Whether a packet is marked as a key frame; the
            first one is.
        is_shown (np.ndarray): False where an edit list cuts a frame out.
        can_skip (bool): Whether frames may be left out.
    """

    def __init__(
        self,
        pts: np.ndarray,
        is_key: np.ndarray,
        is_shown: np.ndarray,
        can_skip: bool,
    ) -> None:
        # Decoding starts at key frames that no frame crosses: those before
        # are displayed before, those after, after.
        crossed = np.maximum.accumulate(pts) > pts
        crossed |= np.minimum.accumulate(pts[::-1])[::-1] < pts
        self.entries = np.flatnonzero(is_key & ~crossed).tolist()
        order = np.argsort(pts)
        self.packets = order[is_shown[order]].tolist()  # of each frame
        self.indices = {int(pts[p]): i for i, p in enumerate(self.packets)}
        self.can_skip = can_skip

    def __len__(self) -> int:
        return len(self.packets)

    def runs(self, wanted: Set[int]) -> Iterator[Run]:
        """Runs from the key frames before the wanted frames."""
        packets = [self.packets[i] for i in wanted]
        for entry, *needed in find_spans(packets, self.entries):
            run = range(entry, needed[-1] + 1)
            yield Run(
                run,
                set(needed) if self.can_skip else run,
                lambda frame: self.indices.get(frame.pts),
            )


class GroupedFrames:
    """For MPEG-4 streams, whatever their time stamps.

    Args:
        groups (list[Group]): Those of the stream.
        packets (int): How many packets it has.
    """

    def __init__(self, groups: List[Group], packets: int) -> None:
        self.groups = groups
        self.firsts = [group.first for group in groups]
        self.entries = [g for g, group in enumerate(groups) if group.is_entry]
        self.starts = [group.packet for group in groups] + [packets]

    def __len__(self) -> int:
        return self.groups[-1].last + 1

    def runs(self, wanted: Set[int]) -> Iterator[Run]:
        """Runs from the key frames before the wanted frames."""
        groups = {bisect_right(self.firsts, i) - 1 for i in wanted}
        for entry, *needed in find_spans(groups, self.entries):
            yield self._run(entry, needed)

    def _run(self, entry: int, needed: List[int]) -> Run:
        stop = needed[-1] + 1
        packets, coming = set(), []
        for g in range(entry, stop):
            group = self.groups[g]
            if g in needed:
                packets.update(range(self.starts[g], self.starts[g + 1]))
                coming += range(group.first, group.last)
            coming.append(group.last)
        leaders = {self.groups[g].last for g in range(entry, stop)}
        coming = iter(coming)

        def identify(frame: av.VideoFrame) -> Optional[int]:
            index = next(coming, None)
            is_leader = frame.pict_type != PictureType.B
            return index if is_leader == (index in leaders) else None

        return Run(
            range(self.starts[entry], self.starts[stop]), packets, identify
        )


def make_index(container: str, codec: str, packets: List[av.Packet]):
    """Choose the index for a stream.

    Args:
        container (str): FFmpeg's name of the format.
        codec (str): FFmpeg's name of the codec.
        packets (list[av.Packet]): All packets.

    Returns:
        CountedFrames | TimedFrames | GroupedFrames: Their lengths are the
        number of frames.
    """
    if codec == 'mpeg4':
        groups = find_groups([bytes(packet) for packet in packets])
        if groups:
            return GroupedFrames(groups, len(packets))
    if container.startswith(_TIMED_CONTAINERS) and codec in _TIMED_CODECS:
        pts = [packet.pts for packet in packets]
        if (
            pts
            and None not in pts
            and len(set(pts)) == len(pts)
            and packets[0].is_keyframe
            and pts[0] == min(pts)
        ):
            return TimedFrames(
                np.array(pts),
                np.array([packet.is_keyframe for packet in packets]),
                np.array([not packet.is_discard for packet in packets]),
                can_skip=codec == 'h264',
            )
    return CountedFrames(len(packets))
