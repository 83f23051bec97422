import pytest

from skdsrl_mmaction.datasets.video.frame_index import FrameIndex, find_spans
from skdsrl_mmaction.datasets.video.pictures import (
    NO_FRAME,
    Pictures,
    Undecided,
)


@pytest.mark.parametrize(
    'packets, spans',
    [
        ({0}, [[0, 0]]),
        ({9, 5}, [[4, 5], [8, 9]]),
        ({5, 7, 9}, [[4, 5, 7, 9]]),  # on from one span into the next
        ({1, 13, 14}, [[0, 1], [12, 13, 14]]),
    ],
)
def test_spans(packets, spans):
    assert find_spans(packets, [0, 4, 8, 12]) == spans


def index(keys, starts, discarded=(), **kwargs):
    pictures = Pictures(keys, starts, **kwargs)
    return FrameIndex(pictures, discarded, can_skip=True)


def test_order_of_display():
    """I P B B | I P B P: stream order, with the places of display."""
    frames = index([0, 3, 1, 2, 4, 6, 5, 7], [0, 4])
    assert len(frames) == 8 and frames.starts == [0, 4]
    assert [frames.index_of(packet) for packet in range(4)] == [0, 3, 1, 2]
    assert frames.spans({2}) == [(range(0, 4), {3}, ())]
    assert frames.spans({5}) == [(range(4, 7), {6}, ())]


def test_a_random_access_point_that_others_cross():
    """The B-frame after the second I is displayed before it."""
    assert index([0, 1, 3, 2, 4], [0, 2]).starts == [0]


def test_an_edit_list_discards_frames():
    frames = index([0, 1, 2, 3, 4], [0], discarded=[0, 1])
    assert len(frames) == 3
    assert frames.spans({0}) == [(range(0, 3), {2}, ())]
    assert frames.index_of(1) == NO_FRAME


def test_packets_without_a_frame():
    frames = index([NO_FRAME, 1, NO_FRAME, 3, 4], [1])
    assert len(frames) == 3
    assert frames.spans({1}) == [(range(0, 4), {3}, ())]


def test_groups_are_decoded_as_a_whole():
    """Two groups of I and P, B, B; their last packets are placeholders."""
    frames = index(
        [0, 3, 1, 2, 6, 4, 5, 7],
        [0],
        groups=[0, 1, 1, 1, 4, 4, 4, 7],
        placeholders={3, 6},
    )
    assert frames.spans({4}) == [(range(0, 6), {4, 5, 6}, {3})]


@pytest.mark.parametrize(
    'keys, starts',
    [
        ([0, 1], []),
        ([0, 1], [1]),
        ([1, 0, 2], [0]),  # displayed before the first
        ([], []),
    ],
)
def test_streams_without_a_first_frame(keys, starts):
    with pytest.raises(Undecided):
        index(keys, starts)
