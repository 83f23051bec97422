"""Bits and units of H.264 and HEVC streams."""

import re
from typing import List, Union

import numpy as np

from .pictures import Undecided

_PREVENTION = b'\x00\x00\x03'
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
    """Read bits of many headers together, 64 of each.

    Args:
        headers (list[bytes]): 12 bytes each or fewer, of NAL units.
    """

    def __init__(self, headers: List[bytes]) -> None:
        data = b''.join(headers)
        if _PREVENTION in data or len(data) < 12 * len(headers):
            headers = [payload(each).ljust(12, b'\x00') for each in headers]
            data = b''.join(each[:12] for each in headers)
        data = np.frombuffer(data, np.uint8).reshape(-1, 12)[:, :8]
        self._rest = data.copy().view('>u8')[:, 0].astype(np.uint64)
        self._used = np.zeros(len(data), np.uint64)

    def _skip(self, sizes: Union[np.uint64, np.ndarray]) -> None:
        self._rest = self._rest << sizes
        self._used = self._used + sizes

    def u(self, size: int) -> np.ndarray:
        """Read an unsigned number of ``size`` bits, 1 to 63, of each."""
        values = self._rest >> np.uint64(64 - size)
        self._skip(np.uint64(size))
        return values.astype(np.int64)

    def ue(self) -> np.ndarray:
        """Read an unsigned Exp-Golomb code of each."""
        # The upper half is exact as a floating-point number.
        exponents = np.frexp((self._rest >> np.uint64(32)).astype(float))[1]
        zeros = (32 - exponents).astype(np.uint64)
        self._skip(zeros)
        values = self._rest >> (np.uint64(63) - zeros)
        self._skip(zeros + np.uint64(1))
        return values.astype(np.int64) - 1

    def skip_ue(self, where: np.ndarray) -> None:
        """Pass over an Exp-Golomb code of some."""
        rest, used = self._rest, self._used
        self.ue()
        self._rest = np.where(where, self._rest, rest)
        self._used = np.where(where, self._used, used)

    def flags(self, where: np.ndarray) -> np.ndarray:
        """Read a bit of some, False for the others."""
        values = where & (self._rest >> np.uint64(63) > 0)
        self._skip(where.astype(np.uint64))
        return values

    def check(self) -> None:
        """Check what was read.

        Raises:
            Undecided: If it was more than there is.
        """
        if self._used.max() > 64:
            raise Undecided('a header is longer than 64 bits')


def same_of_all(values: np.ndarray) -> int:
    """Return the number that all are.

    Raises:
        Undecided: If they differ.
    """
    if (values != values[0]).any():
        raise Undecided('parameter sets differ')
    return int(values[0])


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
