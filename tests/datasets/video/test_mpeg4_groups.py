"""Streams written by hand: a start code, the type of frame, and some bytes."""

import pytest

from skdsrl_mmaction.datasets.video.mpeg4_groups import find_groups


def frame(kind, size=40):
    return b'\x00\x00\x01\xb6' + bytes(['IPBS'.index(kind) << 6]) * (size - 4)


I, P, B, S = map(frame, 'IPBS')  # noqa: E741
FILLER = frame('P', 6)


def groups(*packets):
    return find_groups(packets)


def spans(*packets):
    return [(g.packet, g.first, g.last) for g in groups(*packets)]


def test_without_b_frames():
    assert spans(I, P, P, I, S) == [(i, i, i) for i in range(5)]
    assert [g.is_entry for g in groups(I, P, P, I, S)] == [
        True,
        False,
        False,
        True,
        False,
    ]


def test_b_frames_are_displayed_before_the_frame_they_follow():
    assert spans(I, P, B, B, P, B) == [(0, 0, 0), (1, 1, 3), (4, 4, 5)]


def test_decoding_cannot_start_before_b_frames():
    """They refer to the frame before the key frame, too."""
    assert [g.is_entry for g in groups(I, P, I, B, I)] == [
        True,
        False,
        False,
        True,
    ]


def test_packed_b_frames():
    """Two frames in a packet, and later one that holds none."""
    packed = groups(I, P + B, B, FILLER, P + B, FILLER, P)
    assert [(g.packet, g.first, g.last) for g in packed] == [
        (0, 0, 0),
        (1, 1, 3),
        (4, 4, 5),
        (6, 6, 6),
    ]
    assert not groups(I, I + B, FILLER)[1].is_entry
    assert groups(I + B, FILLER, P) is None


def test_a_packed_frame_that_no_packet_follows_is_lost():
    assert spans(I, P + B) == [(0, 0, 0), (1, 1, 1)]


def test_packets_without_frames():
    assert spans(b'\x7f', I, b'\x7f', b'\x7f', P) == [(1, 0, 0), (4, 1, 1)]


@pytest.mark.parametrize(
    'packets',
    [
        (),
        (b'\x7f',),
        (I, FILLER),  # an empty frame, or a very small one
        (P, I),
        (B, I),
        (I, P + B, P),  # the packed one is lost
        (I, P + B + B),
        (I, P + P),
        (I, B + P),
    ],
)
def test_streams_that_do_not_tell(packets):
    assert groups(*packets) is None
