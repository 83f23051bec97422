"""Bits of many units together, against the bits of each."""

import numpy as np
import pytest

from skdsrl_mmaction.datasets.video.bits import Bits, Columns, payload
from skdsrl_mmaction.datasets.video.pictures import Undecided

PREVENTION = b'\x00\x00\x03'


def units(count, seed=0):
    """Headers whose codes are short, some with emulation prevention."""
    rng = np.random.default_rng(seed)
    made = []
    for i in range(count):
        data = rng.integers(64, 256, 13, dtype=np.uint8)
        data[1] |= 192
        data = bytes(data)
        made.append(data if i % 3 else data[:2] + PREVENTION + data[5:])
    return made


@pytest.mark.parametrize('cut', [13, 9])
def test_columns_read_what_bits_read(cut):
    made = [unit[:cut] for unit in units(300)]
    columns = Columns(made)
    assert columns.kinds.tolist() == [unit[0] for unit in made]
    where = np.arange(300) % 2 == 0
    read = [columns.ue(), columns.u(6), columns.u(24)]
    columns.skip_ue(where)
    read.append(columns.ue())
    columns.check()
    for i, unit in enumerate(made):
        bits = Bits(payload(unit[1:]).ljust(12, b'\x00'))
        assert bits.u(1)
        expected = [bits.ue(), bits.u(6), bits.u(24)]
        if where[i]:
            bits.ue()
        expected.append(bits.ue())
        assert [int(values[i]) for values in read] == expected


@pytest.mark.parametrize('size, is_enough', [(3, True), (4, False)])
def test_no_more_than_63_bits(size, is_enough):
    columns = Columns(units(4))
    columns.u(60)
    columns.u(size)
    if is_enough:
        columns.check()
    else:
        with pytest.raises(Undecided, match='63 bits'):
            columns.check()


def test_a_code_that_does_not_end():
    columns = Columns([b'\x41\x80' + bytes(11), b'\x41' + bytes([255] * 12)])
    columns.ue()
    columns.ue()
    with pytest.raises(Undecided):
        columns.check()
