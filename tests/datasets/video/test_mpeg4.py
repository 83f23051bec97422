"""Streams written by hand: headers, start codes, types and times of frames."""

import pytest

from skdsrl_mmaction.datasets.video.mpeg4 import read_pictures
from skdsrl_mmaction.datasets.video.pictures import (
    NO_FRAME,
    Configuration,
    Undecided,
)


def to_bytes(bits):
    bits += '0' * (-len(bits) % 8)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))


def layer(has_control=True, low_delay=False):
    """A header: 25 ticks a second, and whether there may be B-frames."""
    control = f'101{int(low_delay)}0' if has_control else '0'
    bits = '0' + '00000001' + '0' + '0001' + control + '00' + '1'
    return b'\x00\x00\x01\x20' + to_bytes(f'{bits}{25:016b}1' + '0' * 90)


def not_coded(tick):
    return b'\x00\x00\x01\xb6' + to_bytes(f'0101{tick:05b}10')


DIVX = b'\x00\x00\x01\xb2DivX503b1393p'


def frame(kind, tick, size=40):
    bits = f'{"IPBS".index(kind):02b}0{1:b}{tick:05b}11'
    return (b'\x00\x00\x01\xb6' + to_bytes(bits)).ljust(size, b'\xff')


def write(kinds):
    """Frames by types, in stream order; times are those of display."""
    packets = []
    for i, kind in enumerate(kinds):
        rest = kinds[i + 1 :]
        following = len(rest) - len(rest.lstrip('B'))
        packets.append(frame(kind, i - 1 if kind == 'B' else i + following))
    return packets


def read(*packets, header=None):
    header = layer() if header is None else header
    return read_pictures(packets, Configuration(header))


def order(pictures):
    """Packets in the order of display."""
    shown = [i for i, key in enumerate(pictures.keys) if key != NO_FRAME]
    return sorted(shown, key=lambda i: pictures.keys[i])


def test_without_b_frames():
    pictures = read(*write('IPPIS'))
    assert order(pictures) == [0, 1, 2, 3, 4]
    assert pictures.starts == [0, 3]


def test_b_frames_are_displayed_before_the_frame_they_follow():
    pictures = read(*write('IPBBPB'))
    assert order(pictures) == [0, 2, 3, 1, 5, 4]
    assert list(pictures.groups) == [0, 1, 1, 1, 4, 4]


PLACEHOLDER = not_coded(0)


def test_packed_b_frames():
    """A packet of two frames, and later one of none."""
    i, p, b1, b2, p2 = write('IPBBP')
    pictures = read(i, p + b1, b2, PLACEHOLDER, p2, header=layer() + DIVX)
    assert order(pictures) == [0, 2, 3, 1, 4]
    assert pictures.placeholders == {3}


def test_a_packed_frame_that_no_packet_follows_is_lost():
    i, p, b = write('IPB')
    assert order(read(i, p + b, header=layer() + DIVX)) == [0, 1]


def test_packets_without_frames():
    i, p = write('IP')
    assert order(read(b'\x7f', i, b'\x7f', b'\x7f', p)) == [1, 4]
    assert order(read(i, not_coded(1), p)) == [0, 2]


def test_streams_without_a_layer():
    with pytest.raises(Undecided, match='time of a frame'):
        read(I, P, header=b'')


def test_tiny_frames():
    assert order(read(I, frame('P', 1, size=8))) == [0, 1]


I, P, B, P2 = write('IPBP')  # noqa: E741


@pytest.mark.parametrize(
    'packets, reason',
    [
        ((I, P + B, B[:12]), 'tiny, or a placeholder'),
        ((I, not_coded(1), b'\x7f'), 'last frame is not coded'),
        ((B, I), 'B-frame'),
        ((I, P + B, P2), 'packed frame is lost'),
        ((I, P + B, b'\x7f'), 'tiny, or a placeholder'),
        ((I, P + B + B), 'too many'),
        ((I, P + P2), 'too many'),
        ((I, P, B + P2), 'too many'),
        ((I, B, P), 'not between'),  # the reference frame is missing
    ],
)
def test_streams_that_leave_it_open(packets, reason):
    with pytest.raises(Undecided, match=reason):
        read(*packets, header=layer() + DIVX)


@pytest.mark.parametrize(
    'header', [layer(has_control=False), layer(low_delay=True)]
)
def test_b_frames_that_are_not_announced(header):
    with pytest.raises(Undecided, match='not announced'):
        read(I, P, B, header=header)
    with pytest.raises(Undecided, match='packed B-frame is not announced'):
        read(I, P + B, PLACEHOLDER)
