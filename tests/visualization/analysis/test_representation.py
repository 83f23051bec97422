"""How much of the classes is in r."""

import numpy as np
import pytest

from skdsrl_mmaction.visualization.analysis.representation import (
    embed,
    knn_accuracy,
    probe_accuracy,
)


def directions(*degrees):
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def test_a_video_is_not_its_own_neighbour():
    r = directions(0, 1, 90, 91)
    assert knn_accuracy(r, np.array([0, 0, 1, 1]), k=1) == 1
    assert knn_accuracy(r, np.array([0, 1, 0, 1]), k=1) == 0


def test_the_length_of_r_does_not_matter():
    r = directions(0, 1, 90, 91) * [[1], [50], [3], [9]]
    assert knn_accuracy(r, np.array([0, 0, 1, 1]), k=1) == 1


def test_the_nearest_decides_a_tie():
    # Neighbours of the first, from near to far: 1, 0, 0, 1.
    r = directions(0, 1, 2, 3, 4)
    labels = np.array([1, 1, 0, 0, 1])
    near = knn_accuracy(r, labels, k=4) * 5
    # Every other one has four neighbours as well: by hand 1 0 0 0 1.
    expected = [
        True,  # 1 0 0 1: tie, the nearest is 1
        True,  # 1 0 0 1 after a tie in distance: 0, 2, 3, 4
        False,  # neighbours 1, 3, 0, 4: three of class 1
        False,  # 2, 4, 1, 0: three of class 1
        False,  # 3, 2, 1, 0: tie, the nearest is 0
    ]
    assert near == pytest.approx(sum(expected))


def test_linear_probe():
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], 20)
    r = generator.normal(size=(60, 8))
    chance = probe_accuracy(r, labels)
    r[np.arange(60), labels] += 10
    assert probe_accuracy(r, labels) == 1
    assert chance < 0.6


def test_a_class_of_one_video_cannot_be_probed():
    assert np.isnan(probe_accuracy(np.eye(3), np.array([0, 0, 1])))


@pytest.mark.parametrize('method', ['pca', 'tsne'])
def test_places_are_the_same_each_time(method):
    r = np.random.default_rng(1).normal(size=(9, 5))
    places = embed(r, method)
    assert places.shape == (9, 2)
    assert (places == embed(r, method)).all()
