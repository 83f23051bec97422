"""Frames of an HEVC stream, by its slice headers (ITU-T H.265, 7.3.6)."""

from array import array
from typing import Dict, Iterable, List, NamedTuple, Sequence, Set, Tuple

import av
import numpy as np

from .bits import Bits, nal_units, payload
from .hevc_sets import PPS, SPS, ParameterSets, read_reference_set
from .pictures import (
    Configuration,
    Pictures,
    Undecided,
    display_keys,
    require_reorder_depth,
)

_IDR = 19, 20
_CRA = 21
_SLICES = (*range(10), *_IDR, _CRA)
_NOT_COUNTED_FROM = 0, 2, 4, 6, 7, 8, 9  # leading, and not referred to
_SPLICES = 16, 17, 18, 36, 37  # BLA pictures; end of a sequence, of a stream
_HEADER_SIZE = 128  # bytes, more than a slice header needs up to references


class _Slice(NamedTuple):
    """The header of the first slice of a picture."""

    kind: int
    is_reference: bool
    order_lsb: int
    references: Sequence[int]


def _read_slice(unit: bytes, sets: ParameterSets) -> _Slice:
    kind = unit[0] >> 1
    is_reference = unit[1] & 7 == 1 and kind not in _NOT_COUNTED_FROM
    if sets.sequence is None:
        raise Undecided('a sequence parameter set is missing')
    if kind in _IDR:
        return _Slice(kind, True, 0, [])
    bits = Bits(payload(unit[2:_HEADER_SIZE]))
    bits.u(1)
    if kind == _CRA and bits.u(1):
        raise Undecided('no_output_of_prior_pics_flag is set')
    extra_bits = sets.extra_bits.get(bits.ue())
    if extra_bits is None:
        raise Undecided('a picture parameter set is missing')
    bits.u(extra_bits)
    bits.ue()
    if sets.sequence.separate_planes:
        bits.u(2)
    order_lsb = bits.u(sets.sequence.order_bits)
    known = sets.sequence.reference_sets
    if not bits.u(1):
        references = read_reference_set(bits, known, is_in_slice=True)
    elif known:
        references = known[bits.u((len(known) - 1).bit_length())]
    else:
        raise Undecided('a reference picture set is missing')
    return _Slice(kind, is_reference, order_lsb, references)


def _first_slice(
    packet: bytes, length_size: int, sets: ParameterSets
) -> _Slice:
    """Return the picture of a packet, which must have one."""
    first = None
    for unit in nal_units(packet, length_size):
        kind = unit[0] >> 1
        if unit[0] & 1 or unit[1] >> 3:  # of another layer
            continue
        if kind in _SLICES:
            if (first is None) != unit[2] >> 7:  # first_slice_segment_in_pic
                raise Undecided('a packet is not one picture')
            first = first or unit
        elif kind in (SPS, PPS):
            sets.add(unit)
        elif kind in _SPLICES:
            raise Undecided('sequences are spliced')
    if first is None:
        raise Undecided('a packet is not one picture')
    return _read_slice(first, sets)


def _require_references(
    keys: np.ndarray, is_idr: np.ndarray, references: List[Sequence[int]]
) -> None:
    """Check that all reference frames are there, without which FFmpeg stops.

    Raises:
        Undecided: If one is missing.
    """
    decoded: Set[int] = set()
    for key, is_start, deltas in zip(keys.tolist(), is_idr, references):
        if is_start:
            decoded.clear()
        if not decoded.issuperset(key + delta for delta in deltas):
            raise Undecided('a reference frame is missing')
        decoded.add(key)


def _read_configuration(extradata: bytes) -> Tuple[int, List[bytes]]:
    """Return the size of NAL units' lengths, and the units in it."""
    if len(extradata) < 23 or extradata[:3] in (b'\0\0\0', b'\0\0\1'):
        return 0, nal_units(extradata, 0)
    units, at = [], 23
    for _ in range(extradata[22]):
        count = int.from_bytes(extradata[at + 1 : at + 3], 'big')
        at += 3
        for _ in range(count):
            start = at + 2
            at = start + int.from_bytes(extradata[at:start], 'big')
            units.append(extradata[start:at])
    return (extradata[21] & 3) + 1, units


def read_pictures(
    packets: Iterable[av.Packet], configuration: Configuration
) -> Pictures:
    """Read the frames of an HEVC stream.

    Args:
        packets (Iterable[av.Packet]): All packets.
        configuration (Configuration): Its parameter sets.

    Returns:
        Pictures: One for each packet.

    Raises:
        Undecided: If the stream does not start with an IDR picture or was
            spliced, for hidden pictures, for missing reference frames, for
            changing parameter sets, or if a packet is not one picture.
    """
    sets = ParameterSets()
    length_size, units = _read_configuration(configuration.extradata)
    for unit in units:
        if unit[0] >> 1 in (SPS, PPS):
            sets.add(unit)
    kinds, are_references, lsb = bytearray(), bytearray(), array('q')
    references: List[Sequence[int]] = []
    same: Dict[Tuple[int, ...], Sequence[int]] = {}  # one object of equal ones
    for packet in map(bytes, packets):
        first = _first_slice(packet, length_size, sets)
        kinds.append(first.kind)
        are_references.append(first.is_reference)
        lsb.append(first.order_lsb)
        references.append(
            same.setdefault(tuple(first.references), first.references)
        )
    if not kinds or kinds[0] not in _IDR:
        raise Undecided('it does not start with an IDR picture')
    kinds = np.frombuffer(kinds, np.uint8)
    is_idr = np.isin(kinds, _IDR)
    keys = display_keys(
        np.array(lsb),
        1 << sets.sequence.order_bits,
        is_idr,
        np.frombuffer(are_references, bool),
    )
    require_reorder_depth(keys, sets.sequence.reorder_depth)
    _require_references(keys, is_idr, references)
    starts = np.flatnonzero(is_idr | (kinds == _CRA)).tolist()
    return Pictures(keys.tolist(), starts)
