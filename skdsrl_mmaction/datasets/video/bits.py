"""Bits and units of H.264 and HEVC streams."""

import re
from typing import List, Tuple

import numpy as np

from .pictures import Undecided

_PREVENTION = b'\x00\x00\x03'
_MAX = (1 << 63) - 1
_UNIT = np.dtype([('kind', 'u1'), ('bits', '>i8'), ('rest', 'V4')])
_START = re.compile(b'\x00\x00\x01')


class Bits:
    """Read bits from the first on.

    Args:
        data (bytes): The bytes.
    """

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, 'big')
        self._left = 8 * len(data)

    def u(self, size: int) -> int:
        """Read an unsigned number of ``size`` bits.

        Raises:
            Undecided: If fewer are left.
        """
        self._left -= size
        if self._left < 0:
            raise Undecided('a header is too short')
        return self._value >> self._left & ((1 << size) - 1)

    def ue(self) -> int:
        """Read an unsigned Exp-Golomb code."""
        rest = self._value & ((1 << self._left) - 1)
        zeros = self._left - rest.bit_length()
        self._left -= zeros
        return self.u(zeros + 1) - 1


class Columns:
    """Read bits of many NAL units together, 63 of each.

    Reading starts after the first byte, and the bit that follows it.

    Args:
        units (list[bytes]): The first 13 bytes of each, or fewer.

    Attributes:
        kinds (np.ndarray): The first byte of each.
    """

    def __init__(self, units: List[bytes]) -> None:
        data = b''.join(units)
        if _PREVENTION in data or len(data) < _UNIT.itemsize * len(units):
            # As many bytes, filled up with zeros.
            data = np.array([payload(each) for each in units], 'S13')
        data = np.frombuffer(data, _UNIT)
        self.kinds = data['kind']
        self._data = data['bits'].astype(np.int64)
        self._used = np.zeros(len(units), np.int64)

    def _rest(self) -> np.ndarray:
        return self._data << self._used & _MAX

    def _ue(self) -> Tuple[np.ndarray, np.ndarray]:
        """Return the Exp-Golomb code that is next, and its size in bits."""
        rest = self._rest()
        # The upper half is exact as a floating-point number.
        unused = 2 * np.frexp(rest >> 32)[1]
        return (rest >> unused) - 1, 63 - unused

    def u(self, size: int) -> np.ndarray:
        """Read an unsigned number of ``size`` bits, 1 to 63, of each."""
        values = self._rest() >> 63 - size
        self._used = self._used + size
        return values

    def ue(self) -> np.ndarray:
        """Read an unsigned Exp-Golomb code of each."""
        values, size = self._ue()
        self._used = self._used + size
        return values

    def skip_ue(self, where: np.ndarray) -> None:
        """Pass over an Exp-Golomb code of some."""
        self._used = self._used + where * self._ue()[1]

    def check(self) -> None:
        """Check what was read.

        Raises:
            Undecided: If it was more than there is.
        """
        if self._used.max() > 63:
            raise Undecided('a header is longer than 63 bits')


def payload(data: bytes) -> bytes:
    """Return data of a NAL unit without emulation prevention bytes."""
    return data.replace(_PREVENTION, b'\x00\x00')


def nal_units(packet: bytes, length_size: int) -> List[bytes]:
    """Split a packet into NAL units.

    Args:
        packet (bytes): The packet.
        length_size (int): Bytes of the length before each unit (MP4,
            Matroska), or 0 if start codes separate them (Annex B).

    Returns:
        list[bytes]: The units, header included, none of them empty.

    Raises:
        Undecided: If the units do not fill the packet.
    """
    if not length_size:
        starts = [found.end() for found in _START.finditer(packet)]
        ends = [start - 3 for start in starts[1:]] + [len(packet)]
        return [packet[s:e] for s, e in zip(starts, ends) if e > s]
    units = []
    at, size = 0, len(packet)
    while at < size:
        start = at + length_size
        at = start + int.from_bytes(packet[at:start], 'big')
        if not start < at <= size:
            raise Undecided('the length of a NAL unit is wrong')
        units.append(packet[start:at])
    return units
