"""Frames of an MPEG-4 stream, by its frame headers (ISO/IEC 14496-2).

XVID and DivX pack a B-frame into the packet of the reference frame before
it. The decoder keeps it for the packet after, and so on up to a placeholder
packet, which holds no frame of its own: every packet returns one frame.
"""

import re
from array import array
from typing import Iterable

import av

from .mpeg4_headers import B_FRAME, I_FRAME, NOT_CODED, Headers
from .pictures import NO_FRAME, Configuration, Pictures, Undecided

_FRAME_START = b'\x00\x00\x01\xb6'
_FRAME = re.compile(_FRAME_START + b'(?=(.{1,12}))', re.DOTALL)
# FFmpeg treats a packet of so many bytes, after a packed one, as placeholder
# (MAX_NVOP_SIZE).
_MAX_PLACEHOLDER = 19
# Coding types of the frames of a packet: one frame, none, one reference
# frame, the same and a packed B-frame.
_ONE_I, _ONE_B = (I_FRAME,), (B_FRAME,)
_NONE = (), (NOT_CODED,)
_REFERENCE = _ONE_I, (1,), (3,)
_PACKED = tuple((*kinds, B_FRAME) for kinds in _REFERENCE)
_GROUP = 1 << 20  # more than the B-frames between two reference frames


def read_pictures(
    packets: Iterable[av.Packet], configuration: Configuration
) -> Pictures:
    """Read the frames of an MPEG-4 stream.

    Args:
        packets (Iterable[av.Packet]): All packets.
        configuration (Configuration): Of the stream.

    Returns:
        Pictures: With groups: a reference frame, and the B-frames that
        follow it in the stream and are displayed before it.

    Raises:
        Undecided: For B-frames that are not announced, or lost, or if a
            packet has more than a reference frame and a B-frame.
    """
    headers = Headers(configuration.extradata)
    keys, starts, groups = array('q'), [], array('q')
    placeholders = set()
    reference = -1  # packet of the latest reference frame
    group = 0
    not_coded = None  # the latest packet whose frame is not
    waits = False  # whether a packed B-frame waits for the next packet
    for i, packet in enumerate(map(bytes, packets)):
        if not packet.startswith(_FRAME_START):
            headers.read(packet.split(_FRAME_START, 1)[0])
        frames = _FRAME.findall(packet)
        is_placeholder = waits and len(packet) <= _MAX_PLACEHOLDER
        if is_placeholder:
            if len(frames) != 1 or frames[0][0] >> 6 in (I_FRAME, B_FRAME):
                raise Undecided('a frame is tiny, or a placeholder')
            kinds = _ONE_B  # the one that waits
        else:
            kinds = tuple(map(headers.read_frame, frames))
            if waits and kinds != _ONE_B:
                raise Undecided('a packed frame is lost')

        if kinds == _ONE_B:
            if reference < 0 or not headers.can_reorder:
                raise Undecided('a B-frame is not announced')
            keys.append(reference * _GROUP + i - reference)
            # Right after a packed frame that is skipped, it is decoded as
            # that frame; later, as one of its own, with a wrong time.
            if is_placeholder and i > reference + 1:
                placeholders.add(i)
            waits = waits and not is_placeholder
        elif kinds in _NONE:
            keys.append(NO_FRAME)
            if frames:
                not_coded = i
        elif kinds in _REFERENCE or kinds in _PACKED:
            waits = kinds in _PACKED
            if waits and not headers.can_pack:
                raise Undecided('a packed B-frame is not announced')
            # Displayed after the B-frames of its group.
            keys.append((i + 1) * _GROUP - 1)
            reference = group = i
            if kinds == _ONE_I:
                starts.append(i)
        else:
            raise Undecided('too many frames in a packet')
        groups.append(group)
    if not_coded is not None and set(keys[not_coded:]) == {NO_FRAME}:
        # FFmpeg repeats the frame before.
        raise Undecided('the last frame is not coded')
    return Pictures(keys, starts, groups, placeholders)
