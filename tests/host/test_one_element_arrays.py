import numpy as np
import pytest
from mmaction.evaluation.functional import multisports_utils


def tube(start, stop):
    """A box of 10 x 10 in the frames [start, stop]."""
    return np.array([[i, 0.0, 0, 10, 10] for i in range(start, stop + 1)])


def test_overlap_of_tubes():
    # Of frames 1 to 6, at a distance of 5, the tubes share 3 to 4; there
    # their boxes are equal.
    overlap = multisports_utils.iou3dt_voc(tube(1, 4), tube(3, 6))
    assert overlap == pytest.approx(1 / 5)
