"""Headers of MPEG-4 streams (ISO/IEC 14496-2, 6.2)."""

import re
from typing import Optional

from .bits import Bits
from .pictures import Undecided

I_FRAME, B_FRAME = 0, 2  # coding types of frames
NOT_CODED = None
_LAYER = re.compile(b'\x00\x00\x01[\x20-\x2f]')
_GROUP = b'\x00\x00\x01\xb3'
_PACKS = re.compile(b'\x00\x00\x01\xb2DivX[0-9]+(?:Build|b)[0-9]+p')


class Headers:
    """What the headers read so far announce.

    Args:
        extradata (bytes): Headers outside the packets.

    Attributes:
        can_reorder (bool): Whether there may be B-frames.
        can_pack (bool): Whether a packet may hold two frames.
    """

    def __init__(self, extradata: bytes) -> None:
        self.can_reorder = self.can_pack = False
        self._second = self._time_bits = 0  # of a frame's time
        # Of the latest reference frame, and of the one before.
        self._base = self._last_base = self._time = self._last_time = 0
        self.read(extradata)

    def read(self, data: bytes) -> None:
        """Read the headers in front of a frame."""
        for layer in _LAYER.finditer(data):
            self._read_layer(Bits(data[layer.end() : layer.end() + 24]))
        if _GROUP in data:
            bits = Bits(data.split(_GROUP)[-1][:3])
            minutes = 60 * bits.u(5) + bits.u(6)
            bits.u(1)
            self._base = 60 * minutes + bits.u(6)
        self.can_pack = self.can_pack or bool(_PACKS.search(data))

    def _read_layer(self, bits: Bits) -> None:
        bits.u(9)
        if bits.u(1):
            bits.u(7)
        if bits.u(4) == 15:
            bits.u(16)
        self.can_reorder = False
        if bits.u(1):
            bits.u(2)
            # Where it is not said, FFmpeg guesses, and may repeat frames.
            self.can_reorder = not bits.u(1)
            if bits.u(1):
                bits.u(79)
        if bits.u(2):
            raise Undecided('a layer is not rectangular')
        bits.u(1)
        self._second = bits.u(16)
        self._time_bits = max(1, (self._second - 1).bit_length())

    def read_frame(self, frame: bytes) -> Optional[int]:
        """Read the header of a frame.

        Args:
            frame (bytes): What follows its start code, up to 12 bytes.

        Returns:
            int, optional: Its coding type, or ``NOT_CODED``: it is no frame.

        Raises:
            Undecided: If a B-frame is not displayed between its reference
                frames: FFmpeg passes over it.
        """
        # Without Bits: it is called for every frame, and takes time.
        value, at = int.from_bytes(frame.ljust(16, b'\x00'), 'big'), 125
        kind, seconds = frame[0] >> 6, 0
        while value >> at & 1:
            seconds += 1
            at -= 1
        # From the bit that ends the seconds, behind the next two markers.
        bits = value >> at - self._time_bits - 3
        ticks = bits >> 2 & ((1 << self._time_bits) - 1)
        if not self._second or not bits & 2:
            raise Undecided('the time of a frame is wrong')
        if kind == B_FRAME:
            time = (self._last_base + seconds) * self._second + ticks
            if not self._last_time < time < self._time:
                raise Undecided('a B-frame is not between its references')
        else:
            self._last_base, self._last_time = self._base, self._time
            self._base += seconds
            self._time = self._base * self._second + ticks
        return kind if bits & 1 else NOT_CODED
