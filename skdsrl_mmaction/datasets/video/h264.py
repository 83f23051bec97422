"""Frames of an H.264 stream, by its slice headers (ITU-T H.264, 7.3)."""

import struct
from functools import lru_cache
from typing import Dict, Iterable, List, NamedTuple, Optional, Tuple

import av
import numpy as np

from .bits import Bits, Columns, nal_units, payload
from .pictures import (
    Configuration,
    Pictures,
    Undecided,
    display_keys,
    require_reorder_depth,
)

_SLICES = _, _IDR_SLICE = 1, 5
_SPS, _PPS = 7, 8
_LONG_UNIT = struct.Struct('>I13s')  # its length and first bytes
_PARTITIONS = 2, 3, 4
_HIGH_PROFILES = 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135


class _Sequence(NamedTuple):
    """What of a sequence parameter set matters."""

    separate_planes: int
    frame_num_bits: int
    order_type: int
    order_bits: int
    frames_only: int
    reorder_depth: Optional[int]


@lru_cache  # the videos of a data set often have the same one
def _read_sps(unit: bytes) -> _Sequence:
    bits = Bits(payload(unit[1:]))
    profile = bits.u(8)
    bits.u(16)
    bits.ue()
    separate_planes = 0
    if profile in _HIGH_PROFILES:
        if bits.ue() == 3:
            separate_planes = bits.u(1)
        bits.ue()
        bits.ue()
        bits.u(1)
        if bits.u(1):
            raise Undecided('scaling matrices are not read')
    frame_num_bits = bits.ue() + 4
    order_type = bits.ue()
    if order_type == 1:
        raise Undecided('picture order counts of type 1 are not read')
    order_bits = bits.ue() + 4 if order_type == 0 else 0
    bits.ue()
    if bits.u(1):
        raise Undecided('frame numbers may have gaps')
    bits.ue()
    bits.ue()
    frames_only = bits.u(1)
    if not frames_only:
        bits.u(1)
    bits.u(1)
    if bits.u(1):  # cropping
        for _ in range(4):
            bits.ue()
    return _Sequence(
        separate_planes,
        frame_num_bits,
        order_type,
        order_bits,
        frames_only,
        _read_reorder_depth(bits) if bits.u(1) else None,
    )


def _read_reorder_depth(bits: Bits) -> Optional[int]:
    """Read ``max_num_reorder_frames`` of the VUI, if it is there."""
    if bits.u(1) and bits.u(8) == 255:  # aspect ratio
        bits.u(32)
    if bits.u(1):  # overscan
        bits.u(1)
    if bits.u(1):  # video signal
        bits.u(4)
        if bits.u(1):
            bits.u(24)
    if bits.u(1):  # chroma location
        bits.ue()
        bits.ue()
    if bits.u(1):  # timing
        bits.u(65)
    has_hrd = False
    for _ in range(2):  # of NAL units, of VCL
        if bits.u(1):
            has_hrd = True
            _skip_hrd(bits)
    if has_hrd:
        bits.u(1)
    bits.u(1)
    if not bits.u(1):  # restrictions
        return None
    bits.u(1)
    for _ in range(4):
        bits.ue()
    return bits.ue()


@lru_cache
def _read_pps(unit: bytes) -> Tuple[int, int]:
    """Read the identity of a picture parameter set, and a flag.

    The flag is whether slice headers have the offset of the bottom field.
    """
    bits = Bits(payload(unit[1:]))
    identity = bits.ue()
    bits.ue()
    bits.u(1)
    return identity, bits.u(1)


def _skip_hrd(bits: Bits) -> None:
    count = bits.ue() + 1
    bits.u(8)
    for _ in range(count):
        bits.ue()
        bits.ue()
        bits.u(1)
    bits.u(20)


class _Slices:
    """First slices of pictures, and the parameter sets, which are constant."""

    def __init__(self) -> None:
        self.sequence: Optional[_Sequence] = None
        self._sets: Dict[bytes, bytes] = {}
        self._have_offset: List[Optional[int]] = [None] * 256  # by PPS
        self._headers: List[bytes] = []  # with the byte of the NAL unit

    def add_set(self, unit: bytes) -> None:
        """Append a parameter set."""
        data = unit.rstrip(b'\x00')
        if data[0] & 31 == _SPS:
            name = b'SPS'
            self.sequence = self.sequence or _read_sps(data)
        else:
            identity, has_offset = _read_pps(data)
            self._have_offset[identity] = has_offset
            name = b'PPS%d' % identity
        if self._sets.setdefault(name, data) != data:
            raise Undecided('parameter sets change')

    def add(self, packets: Iterable[av.Packet], length_size: int) -> None:
        """Append the pictures of packets."""
        read, smallest = _LONG_UNIT.unpack_from, _LONG_UNIT.size
        for packet in packets:
            size = packet.size
            # Usually it is one slice: not to copy the packet saves time.
            if length_size == 4 and size >= smallest:
                length, unit = read(packet)
                if (
                    4 + length == size
                    and unit[1] > 127
                    and unit[0] & 31 in _SLICES
                ):
                    self._headers.append(unit)
                    continue
            self._add_units(nal_units(bytes(packet), length_size))

    def _add_units(self, units: List[bytes]) -> None:
        is_first = True
        for unit in units:
            kind = unit[0] & 31
            if kind in _SLICES:
                if is_first != unit[1] >> 7:  # first_mb_in_slice is 0
                    raise Undecided('a packet is not one picture')
                if is_first:
                    self._headers.append(unit[:13])
                    is_first = False
            elif kind in (_SPS, _PPS):
                self.add_set(unit)
            elif kind in _PARTITIONS:
                raise Undecided('slices are partitioned')
        if is_first:
            raise Undecided('a packet is not one picture')

    def read(self, reorder_depth: int) -> Pictures:
        """Return the pictures, one for each packet.

        Args:
            reorder_depth (int): That of the decoder, where the stream does
                not declare one.
        """
        sequence = self.sequence
        if sequence is None or not self._headers:
            raise Undecided('parameter sets or pictures are missing')
        bits = Columns(self._headers)
        is_idr = bits.kinds & 31 == _IDR_SLICE
        is_reference = bits.kinds & 0x60 != 0
        bits.ue()
        used = {self._have_offset[i] for i in set(bits.ue().tolist())}
        if len(used) > 1 or None in used:
            raise Undecided('parameter sets are missing, or differ')
        has_offset = used.pop()
        if sequence.separate_planes:
            bits.u(2)
        _require_all_frames(
            bits.u(sequence.frame_num_bits),
            1 << sequence.frame_num_bits,
            is_idr,
            is_reference,
        )
        starts = is_idr.nonzero()[0].tolist()
        if not sequence.frames_only and bits.u(1).any():
            raise Undecided('fields are separate')
        if sequence.order_type == 2:  # in stream order
            bits.check()
            return Pictures(range(len(is_idr)), starts)
        bits.skip_ue(where=is_idr)
        lsb = bits.u(sequence.order_bits)
        keys = display_keys(
            lsb, 1 << sequence.order_bits, is_idr, is_reference
        )
        if has_offset:  # of the bottom field, signed
            code = bits.ue()
            keys = keys - np.where(code % 2, 0, code // 2)
        bits.check()
        if sequence.reorder_depth is not None:
            reorder_depth = sequence.reorder_depth
        require_reorder_depth(keys, reorder_depth)
        return Pictures(keys.tolist(), starts)


def _require_all_frames(
    numbers: np.ndarray,
    size: int,
    is_idr: np.ndarray,
    is_reference: np.ndarray,
) -> None:
    """Check that ``frame_num`` counts the reference frames."""
    if not is_idr[0]:
        raise Undecided('it does not start with an IDR picture')
    expected = (numbers + is_reference)[:-1] % size
    expected[is_idr[1:]] = 0
    if numbers[0] or (numbers[1:] != expected).any():
        raise Undecided('frames are missing')


def _read_configuration(extradata: bytes) -> Tuple[int, List[bytes]]:
    """Return the size of NAL units' lengths, and the units in it."""
    if len(extradata) < 7 or extradata[0] != 1:
        return 0, nal_units(extradata, 0)
    units, at = [], 5
    for mask in 31, 255:  # sequence, then picture parameter sets
        count = extradata[at] & mask
        at += 1
        for _ in range(count):
            start = at + 2
            at = start + int.from_bytes(extradata[at:start], 'big')
            units.append(extradata[start:at])
    return (extradata[4] & 3) + 1, units


def read_pictures(
    packets: Iterable[av.Packet], configuration: Configuration
) -> Pictures:
    """Read the frames of an H.264 stream.

    Decoding starts at IDR pictures only. After other pictures marked as key
    frames, and after recovery points, whether frames are right depends on
    the encoder.

    Args:
        packets (Iterable[av.Packet]): All packets.
        configuration (Configuration): Of the stream.

    Returns:
        Pictures: One for each packet.

    Raises:
        Undecided: If a frame number is missing, for separate fields, for
            changing parameter sets, or if a packet is not one picture.
    """
    slices = _Slices()
    length_size, units = _read_configuration(configuration.extradata)
    for unit in units:
        if unit[0] & 31 in (_SPS, _PPS):
            slices.add_set(unit)
    slices.add(packets, length_size)
    return slices.read(configuration.reorder_depth)
