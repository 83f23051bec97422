"""Numbers on predictions, worked by hand."""

import numpy as np
import pytest

from skdsrl_mmaction.visualization.analysis.numbers import (
    calibration,
    class_accuracies,
    clip_agreement,
    confused_pairs,
    cosine,
    mcnemar,
)

COUNTS = np.array([[2, 1, 0], [0, 1, 3], [0, 0, 0]])


def test_accuracy_of_a_class_without_videos_is_not_a_number():
    assert class_accuracies(COUNTS) == pytest.approx(
        [2 / 3, 1 / 4, np.nan], nan_ok=True
    )


def test_confused_pairs_begin_with_the_most_frequent():
    assert confused_pairs(COUNTS) == [(1, 2, 3), (0, 1, 1)]
    assert confused_pairs(np.eye(3, dtype=int)) == []


def test_calibration():
    # Confidence 0.9 twice, one of them right; 0.6 once, right.
    scores = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6]])
    error, bins = calibration(scores, np.array([0, 1, 1]))
    assert error == pytest.approx((2 * 0.4 + 1 * 0.4) / 3)
    low, high = bins
    assert (low['from'], low['to'], low['videos']) == (0.5, 0.6, 1)
    assert (high['accuracy'], high['confidence']) == (0.5, pytest.approx(0.9))


def test_calibration_of_a_model_that_is_sure_and_right_is_zero():
    error, bins = calibration(np.eye(4), np.arange(4))
    assert error == 0
    assert bins[0]['to'] == 1 and bins[0]['videos'] == 4


def test_agreement_of_clips_counts_pairs():
    # Three clips that say 0, 0, 1: one of three pairs agrees.
    scores = np.eye(2)[[[0, 0, 1], [1, 1, 1]]]
    assert clip_agreement(scores) == pytest.approx([1 / 3, 1])


def test_one_clip_agrees_with_nothing():
    assert np.isnan(clip_agreement(np.ones((2, 1, 3)))).all()


def test_cosine():
    r1 = np.array([[1.0, 0], [3, 4], [0, 0]])
    r2 = np.array([[0.0, 2], [6, 8], [1, 0]])
    assert cosine(r1, r2) == pytest.approx([0, 1, 0])


def test_mcnemar():
    # 1 video for the first, 5 for the second: p = 2 * (1 + 6) / 2**6.
    first = np.array([1, 0, 0, 0, 0, 0, 1, 0], bool)
    second = np.array([0, 1, 1, 1, 1, 1, 1, 0], bool)
    assert mcnemar(first, second) == dict(
        only_first=1, only_second=5, p=pytest.approx(14 / 64)
    )
    assert mcnemar(first, first)['p'] == 1
