import cv2
import numpy as np
import pytest

from skdsrl_mmaction.datasets.preparation.flow import (
    ALGORITHMS,
    as_image,
    check_algorithm,
    flow_images,
    negate_x,
)


def test_as_image_by_hand():
    flow = np.float32([[[0, 0], [20, -20], [-12, 16], [99, -99], [10, 0]]])
    (image,) = as_image(flow, bound=20)
    assert image.tolist() == [
        [128, 128, 0],
        [255, 1, 255],  # longer than the bound
        [52, 230, 255],  # 128 - 76.2, 128 + 101.6
        [255, 1, 255],
        [192, 128, 128],  # 128 + 63.5, 127.5
    ]
    assert image.dtype == np.uint8


def test_negated_image_is_that_of_the_negated_flow():
    flow = np.random.default_rng(0).normal(0, 9, (8, 9, 2)).astype('float32')
    image = as_image(flow, bound=20)
    negate_x(image)
    expected = as_image(flow * [-1, 1], bound=20)
    # A half is rounded to an even number.
    assert np.abs(image.astype(int) - expected).max() <= 1
    assert np.array_equal(image[..., 1:], expected[..., 1:])
    assert image[..., 0].min() >= 1


def moving_texture(x, y, frames=3, side=64):
    noise = np.random.default_rng(0).integers(0, 256, (2 * side, 2 * side))
    big = cv2.GaussianBlur(noise.astype(np.uint8), (0, 0), 3)
    big = cv2.normalize(big, None, 0, 255, cv2.NORM_MINMAX)
    starts = [(side // 2 - t * y, side // 2 - t * x) for t in range(frames)]
    return [
        np.repeat(big[top : top + side, left : left + side, None], 3, axis=2)
        for top, left in starts
    ]


@pytest.mark.parametrize('algorithm', list(ALGORITHMS))
def test_a_texture_that_moves(algorithm):
    if algorithm == 'tvl1' and not hasattr(cv2, 'optflow'):
        pytest.skip('needs opencv-contrib-python')
    frames = moving_texture(x=2, y=-1)
    images = list(flow_images(iter(frames), algorithm, bound=8))
    assert len(images) == 3
    middle = np.median(images[0][16:-16, 16:-16].reshape(-1, 3), axis=0)
    expected = [128 + 127 * 2 / 8, 128 - 127 / 8, 255 * 5**0.5 / 8]
    np.testing.assert_allclose(middle, expected, atol=4)
    assert np.array_equal(images[1], images[2])  # the last has no next frame


def test_flow_of_flipped_frames_is_flipped_and_negated():
    frames = moving_texture(x=2, y=-1)
    flipped = [np.ascontiguousarray(frame[:, ::-1]) for frame in frames]
    image, _, _ = flow_images(frames, 'farneback', bound=8)
    expected, _, _ = flow_images(flipped, 'farneback', bound=8)
    image = image[:, ::-1].copy()
    negate_x(image)
    difference = image.astype(int)[16:-16, 16:-16] - expected[16:-16, 16:-16]
    assert np.abs(difference).mean() < 2


def test_a_single_frame_does_not_move():
    (image,) = flow_images(moving_texture(0, 0, frames=1), 'farneback', 20)
    assert image.shape == (64, 64, 3)
    assert (image == [128, 128, 0]).all()


def test_an_opencv_without_the_contributed_modules(monkeypatch):
    monkeypatch.delattr(cv2, 'optflow', raising=False)
    check_algorithm('farneback')
    with pytest.raises(ValueError, match='--algorithm tvl1.*opencv-contrib'):
        check_algorithm('tvl1')
