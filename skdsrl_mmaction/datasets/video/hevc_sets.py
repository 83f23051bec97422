"""Parameter sets of HEVC streams (ITU-T H.265, 7.3.2 and 7.3.7)."""

from typing import Dict, List, NamedTuple, Optional

from .bits import Bits, payload
from .pictures import Undecided

SPS, PPS = 33, 34


class Sequence(NamedTuple):
    """What of a sequence parameter set matters.

    ``reference_sets`` has the differences of picture order counts between a
    picture and the short-term reference frames that must be there for it.
    """

    separate_planes: int
    order_bits: int
    reorder_depth: int
    reference_sets: List[List[int]]


def _read_sps(unit: bytes) -> Sequence:
    bits = Bits(payload(unit[2:]))
    bits.u(4)
    sublayers = bits.u(3)
    bits.u(1)
    bits.u(96)  # general profile, tier and level
    if sublayers:
        present = [(bits.u(1), bits.u(1)) for _ in range(8)]
        for has_profile, has_level in present[:sublayers]:
            bits.u(88 * has_profile + 8 * has_level)
    bits.ue()
    separate_planes = bits.u(1) if bits.ue() == 3 else 0
    bits.ue()
    bits.ue()
    if bits.u(1):  # conformance window
        for _ in range(4):
            bits.ue()
    bits.ue()
    bits.ue()
    order_bits = bits.ue() + 4
    reorder_depth = 0
    for _ in range(sublayers + 1 if bits.u(1) else 1):
        bits.ue()
        reorder_depth = bits.ue()
        bits.ue()
    for _ in range(6):  # block sizes
        bits.ue()
    if bits.u(1) and bits.u(1):
        raise Undecided('scaling lists are not read')
    bits.u(2)
    if bits.u(1):  # PCM
        bits.u(8)
        bits.ue()
        bits.ue()
        bits.u(1)
    sets: List[List[int]] = []
    count = bits.ue()
    for _ in range(count):
        sets.append(read_reference_set(bits, sets, is_in_slice=False))
    return Sequence(separate_planes, order_bits, reorder_depth, sets)


def read_reference_set(
    bits: Bits, before: List[List[int]], is_in_slice: bool
) -> List[int]:
    """Read ``st_ref_pic_set``, and return it as of ``Sequence``.

    Args:
        bits (Bits): From it on.
        before (list[list[int]]): Sets that it may be predicted from.
        is_in_slice (bool): Whether it is in a slice header.
    """
    if before and bits.u(1):
        back = bits.ue() + 1 if is_in_slice else 1
        is_negative, size = bits.u(1), bits.ue() + 1
        step = -size if is_negative else size
        deltas = []
        for delta in [*before[-back], 0]:
            if bits.u(1) or bits.u(1):  # used by this picture, or by later
                deltas.append(delta + step)
    else:
        counts, deltas = (bits.ue(), bits.ue()), []
        for sign, count in zip((-1, 1), counts):
            delta = 0
            for _ in range(count):
                delta += sign * (bits.ue() + 1)
                bits.u(1)
                deltas.append(delta)
    # The nearest first, those before the picture before those after it.
    return sorted((d for d in deltas if d < 0), reverse=True) + sorted(
        d for d in deltas if d > 0
    )


class ParameterSets:
    """The parameter sets of a stream, which must not change."""

    def __init__(self) -> None:
        self.sequence: Optional[Sequence] = None
        self.extra_bits: Dict[int, int] = {}  # in slice headers, by PPS
        self._sets: Dict[bytes, bytes] = {}

    def add(self, unit: bytes) -> None:
        """Add a parameter set.

        Raises:
            Undecided: If there is another one of its kind and number, or if
                it may hide pictures.
        """
        data = unit.rstrip(b'\x00')
        if data[0] >> 1 == SPS:
            name = b'SPS'
            self.sequence = self.sequence or _read_sps(data)
        else:
            bits = Bits(payload(data[2:]))
            number = bits.ue()
            name = b'PPS%d' % number
            bits.ue()
            bits.u(1)
            if bits.u(1):
                raise Undecided('pictures may be hidden')
            self.extra_bits[number] = bits.u(3)
        if self._sets.setdefault(name, data) != data:
            raise Undecided('parameter sets change')
