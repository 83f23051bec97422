import numpy as np
import pytest

from skdsrl_mmaction.datasets.video.frame_index import TimedFrames, find_spans


@pytest.mark.parametrize(
    'places, spans',
    [
        ({0}, [[0, 0]]),
        ({9, 5}, [[4, 5], [8, 9]]),
        ({5, 7, 9}, [[4, 5, 7, 9]]),  # on from one entry into the next
        ({1, 13, 14}, [[0, 1], [12, 13, 14]]),
    ],
)
def test_spans(places, spans):
    assert find_spans(places, [0, 4, 8, 12]) == spans


def timed(pts, keys, hidden=()):
    places = range(len(pts))
    return TimedFrames(
        np.array(pts),
        np.array([i in keys for i in places]),
        np.array([i not in hidden for i in places]),
        can_skip=True,
    )


def test_order_of_display():
    """I P B B | I P B: stream order, with the times of display."""
    index = timed([0, 3, 1, 2, 4, 6, 5], {0, 4})
    assert len(index) == 7 and index.entries == [0, 4]
    (run,) = index.runs({2})
    assert (run.packets, run.needed) == (range(0, 4), {3})
    (run,) = index.runs({5})
    assert (run.packets, run.needed) == (range(4, 7), {6})


def test_a_key_frame_that_others_cross_is_no_start():
    """The B-frame after the second I is displayed before it."""
    assert timed([0, 1, 3, 2, 4], {0, 2}).entries == [0]


def test_an_edit_list_hides_frames():
    index = timed([-2, -1, 0, 1], {0}, hidden={0, 1})
    assert len(index) == 2
    (run,) = index.runs({0})
    assert (run.packets, run.needed) == (range(0, 3), {2})
