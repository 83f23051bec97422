import subprocess
import sys

import cv2
import numpy as np
import pytest
from mmaction.datasets.transforms import ColorJitter

FACTORS = np.linspace(-0.5, 0.5, 52)
STOCK = """
import sys, numpy as np
from mmaction.datasets.transforms import ColorJitter
image, factors = np.load(sys.argv[1]), np.load(sys.argv[2])
np.save(sys.argv[3], [ColorJitter.adjust_hue(image, f) for f in factors])
"""


@pytest.fixture
def wheel():
    """An image with every hue, saturation 255 and 128, value 255."""
    hues, saturations = np.meshgrid(np.arange(180), [255, 128])
    hsv = np.stack([hues, saturations, np.full_like(hues, 255)], axis=-1)
    return cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB)


def offset(factor):
    return int(factor * 255)


@pytest.mark.parametrize('factor', FACTORS)
def test_hue_turns_around_the_circle(wheel, factor):
    hsv = cv2.cvtColor(wheel, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(int) + offset(factor)) % 180
    turned = ColorJitter.adjust_hue(wheel.astype(np.float32), factor)
    assert turned.dtype == np.float32
    np.testing.assert_array_equal(turned, cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB))


@pytest.mark.skipif(
    np.lib.NumpyVersion(np.__version__) >= '2.0.0',
    reason='the stock function fails on numpy 2',
)
def test_equals_the_stock_function_where_that_is_right(wheel, tmp_path):
    paths = [tmp_path / f'{name}.npy' for name in ('image', 'factors', 'out')]
    np.save(paths[0], wheel)
    np.save(paths[1], FACTORS)
    subprocess.run([sys.executable, '-c', STOCK, *paths], check=True)
    hue = cv2.cvtColor(wheel, cv2.COLOR_RGB2HSV)[..., 0].astype(int)
    wrong = 0
    for factor, stock in zip(FACTORS, np.load(paths[2])):
        ours = ColorJitter.adjust_hue(wheel, factor)
        differ = (ours != stock).any(axis=-1)
        wraps = hue + offset(factor) >= 256
        assert not (differ & ~wraps).any()
        wrong += (differ & wraps).sum()
    assert wrong > 0


def test_transform_draws_any_offset(wheel):
    jitter = ColorJitter(brightness=0.2, hue=0.5)
    for _ in range(20):
        images = jitter(dict(imgs=[wheel] * 2))['imgs']
        assert [image.dtype for image in images] == [np.uint8] * 2
        np.testing.assert_array_equal(*images)
