"""Frames of VP8 and VP9 streams, displayed in stream order.

Some frames are hidden: they are only referred to. A later packet may show
one of them by a header alone (``show_existing_frame``).
"""

from typing import Iterable, Iterator, Tuple

import av

from .pictures import NO_FRAME, Configuration, Pictures, Undecided


def read_vp8(
    packets: Iterable[av.Packet], configuration: Configuration
) -> Pictures:
    """Read the frames of a VP8 stream (RFC 6386, 9.1).

    Args:
        packets (Iterable[av.Packet]): All packets.
        configuration (Configuration): Of the stream.

    Returns:
        Pictures: Without a frame where one is hidden.
    """
    keys, starts = [], []
    for i, packet in enumerate(map(bytes, packets)):
        is_shown = packet[0] & 0x10
        keys.append(i if is_shown else NO_FRAME)
        if is_shown and not packet[0] & 1:
            starts.append(i)
    return Pictures(keys, starts)


def read_vp9(
    packets: Iterable[av.Packet], configuration: Configuration
) -> Pictures:
    """Read the frames of a VP9 stream (bitstream specification, 6.2, B.2).

    Args:
        packets (Iterable[av.Packet]): All packets.
        configuration (Configuration): Not used: every packet says all.

    Returns:
        Pictures: One for each packet.

    Raises:
        Undecided: If a packet does not show one frame.
    """
    keys, starts = [], []
    for i, packet in enumerate(map(bytes, packets)):
        headers = [_read_vp9_header(byte) for byte in _vp9_first_bytes(packet)]
        _require_one(is_shown for _, is_shown in headers)
        keys.append(i)
        if headers[0] == (True, True):
            starts.append(i)
    return Pictures(keys, starts)


def _vp9_first_bytes(packet: bytes) -> Iterator[int]:
    """Yield the first byte of each frame of a superframe, or of the frame."""
    marker = packet[-1]
    if marker & 0xE0 != 0xC0:
        yield packet[0]
        return
    frames, width = (marker & 7) + 1, (marker >> 3 & 3) + 1
    index = len(packet) - 2 - frames * width
    if index < 0 or packet[index] != marker:
        yield packet[0]
        return
    at = 0
    for k in range(frames):
        start = index + 1 + k * width
        size = int.from_bytes(packet[start : start + width], 'little')
        if not 0 < size <= index - at:
            raise Undecided('the index of a superframe is wrong')
        yield packet[at]
        at += size


def _read_vp9_header(byte: int) -> Tuple[bool, bool]:
    """Return whether a frame is a key frame, and whether it is shown."""
    if byte >> 6 != 2:
        raise Undecided('a packet is no VP9 frame')
    if byte & 0x30 == 0x30:  # profile 3 has one more bit
        byte <<= 1
    if byte & 8:
        return False, True
    return not byte & 4, bool(byte & 2)


def _require_one(are_shown: Iterable[bool]) -> None:
    if sum(are_shown) != 1:
        raise Undecided('a packet does not show one frame')
