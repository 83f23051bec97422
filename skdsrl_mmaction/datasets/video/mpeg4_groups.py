"""Which frames the packets of an MPEG-4 stream hold, read off their headers.

Time stamps do not tell: AVI has none, and XVID and DivX put a B-frame into
the packet of another frame and fill up with packets that hold no frame. The
frame headers of ISO/IEC 14496-2 do tell: ``00 00 01 B6`` and two bits of
coding type.
"""

import re
from typing import List, NamedTuple, Optional, Sequence

_FRAME = re.compile(b'\x00\x00\x01\xb6(.)', re.DOTALL)
_I, _B = 0, 2
# FFmpeg takes a packet of so many bytes, after a packed one, for a filler.
_MAX_FILLER = 19


class Group(NamedTuple):
    """A frame that others refer to, with the B-frames displayed before it.

    Groups stand in the same order in the stream and on the screen.
    ``packet`` is the place of the first packet, ``first`` the index of the
    frame displayed first; decoding can start here if ``is_entry``.
    """

    packet: int
    first: int
    size: int
    is_entry: bool

    @property
    def last(self) -> int:
        """Index of the frame that others refer to."""
        return self.first + self.size - 1


def find_groups(packets: Sequence[bytes]) -> Optional[List[Group]]:
    """Take an MPEG-4 stream apart.

    Args:
        packets (Sequence[bytes]): All packets of the stream, in its order.

    Returns:
        list[Group], optional: None where the headers leave it open which
        frames will be displayed.
    """
    leaders, sizes = [], []
    packed = False  # whether a B-frame waits for the packet after
    for i, packet in enumerate(packets):
        kinds = [match[1][0] >> 6 for match in _FRAME.finditer(packet)]
        if not kinds:
            continue
        if len(kinds) == 1 and len(packet) <= _MAX_FILLER:
            if not packed:  # a tiny frame, or none
                return None
            packed = False
        elif kinds == [_B] and leaders:
            sizes[-1] += 1
        elif kinds[0] != _B and kinds[1:] in ([], [_B]) and not packed:
            leaders.append((i, kinds[0]))
            sizes.append(len(kinds))
            packed = len(kinds) == 2
        else:
            return None
    if packed:  # the one that waits is lost at the end
        sizes[-1] -= 1

    groups, first = [], 0
    for (i, kind), size in zip(leaders, sizes):
        # With B-frames, it would need the group before.
        groups.append(Group(i, first, size, kind == _I and size == 1))
        first += size
    return groups if groups and groups[0].is_entry else None
