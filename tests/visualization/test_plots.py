import io

import numpy as np
import pytest
from PIL import Image

from skdsrl_mmaction.visualization.logs import Curve, Run
from skdsrl_mmaction.visualization.plots import (
    colour_of,
    confusion_picture,
    curves_picture,
)


def pixels(content):
    return np.asarray(Image.open(io.BytesIO(content)).convert('RGB'))


def has_colour(content, name):
    colour = [int(name[i : i + 2], 16) for i in (1, 3, 5)]
    return (pixels(content) == colour).all(axis=-1).sum() > 50


def run(name, *keys, points=3):
    x = list(range(points))
    return Run(name, 'epoch', {key: Curve(x, x) for key in keys}, {})


def test_every_run_has_a_colour_of_its_own():
    one = curves_picture([run('a', 'loss')])
    two = curves_picture([run('a', 'loss'), run('b', 'loss', points=5)])
    first, second = colour_of(0), colour_of(1)
    assert has_colour(one, first) and not has_colour(one, second)
    assert has_colour(two, first) and has_colour(two, second)


def test_panels_fill_rows():
    sizes = [
        pixels(curves_picture([run('a', *'abcdefghi'[:number])])).shape[:2]
        for number in (1, 4, 5, 8)
    ]
    assert sizes == [(300, 720), (300, 1440), (540, 1440), (540, 1440)]


@pytest.mark.parametrize('points', [0, 1])
def test_a_run_that_has_only_begun_can_be_drawn(points):
    keys = ['loss'] if points else []
    picture = curves_picture([run('a', *keys, points=points)])
    assert pixels(picture).size


def test_values_that_are_not_finite_are_gaps():
    broken = Run('a', 'epoch', {'loss': Curve([1, 2], [1, np.nan])}, {})
    assert has_colour(curves_picture([broken]), colour_of(0))


def test_the_colour_of_a_cell_is_its_share():
    sure = confusion_picture(np.diag([5, 5]), ['a', 'b'])
    unsure = confusion_picture(np.full((2, 2), 5), ['a', 'b'])
    darkest = '#08306b'
    assert has_colour(sure, darkest)
    # Only the colour bar has it.
    count = [
        (pixels(x) == [8, 48, 107]).all(axis=-1).sum() for x in (sure, unsure)
    ]
    assert count[0] > 20 * count[1]


@pytest.mark.parametrize('classes', [1, 31])
def test_any_number_of_classes_can_be_drawn(classes):
    counts = np.zeros((classes, classes), int)  # a class without videos
    picture = confusion_picture(counts, [str(i) for i in range(classes)])
    assert min(pixels(picture).shape[:2]) > 300
