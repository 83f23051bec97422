import numpy as np
import pytest

from skdsrl_mmaction.datasets.video.pictures import (
    Undecided,
    display_keys,
    require_reorder_depth,
)


def order(counts, size=16, starts=(0,), not_reference=()):
    counts, places = np.array(counts), np.arange(len(counts))
    keys = display_keys(
        counts % size,
        size,
        np.isin(places, starts),
        ~np.isin(places, not_reference),
    )
    return np.argsort(keys).tolist()


def test_order_of_display():
    """I P b b P b b, counted in steps of 2."""
    assert order([0, 6, 2, 4, 12, 8, 10], not_reference=[2, 3, 5, 6]) == (
        [0, 2, 3, 1, 5, 6, 4]
    )


def test_counts_go_round():
    counts = list(range(0, 200, 2))
    assert order(counts) == list(range(100))
    assert order(range(0, 70, 7)) == list(range(10))


def test_frames_before_the_first_of_an_open_sequence():
    """Negative counts, as of the leading frames of a CRA picture."""
    assert order([0, 4, 2, 12, 8, 6, 10], not_reference=[2, 5, 6]) == (
        [0, 2, 1, 5, 4, 6, 3]
    )


def test_sequences_follow_each_other():
    assert order([0, 4, 2, 0, 4, 2], starts=[0, 3]) == [0, 2, 1, 3, 5, 4]


@pytest.mark.parametrize(
    'keys, depth',
    [
        ([0, 1, 2], 0),
        ([0, 2, 1, 4, 3], 1),
        ([0, 3, 1, 2], 1),
        ([0, 4, 2, 1, 3], 2),
        ([0, 8, 4, 2, 1, 3, 6, 5, 7], 3),
    ],
)
def test_reorder_depth(keys, depth):
    require_reorder_depth(np.array(keys), depth)
    if depth:
        with pytest.raises(Undecided, match='later than declared'):
            require_reorder_depth(np.array(keys), depth - 1)


def test_two_frames_at_the_same_place():
    with pytest.raises(Undecided, match='same place'):
        require_reorder_depth(np.array([0, 2, 1, 2]), 4)
