import numpy as np
from mmaction.datasets.transforms import Flip

from skdsrl_mmaction.host.flow_flip import flip_flow_exactly


def flow(frames=4):
    rng = np.random.default_rng(0)
    return [
        rng.integers(0, 256, (3, 5, 2), dtype=np.uint8) for _ in range(frames)
    ]


def flip(imgs, modality='Flow'):
    results = dict(
        imgs=[img.copy() for img in imgs], modality=modality, img_shape=(3, 5)
    )
    return Flip(flip_ratio=1)(results)['imgs']


def test_mirrored_flow_moves_the_other_way():
    """In every frame, x changes its sign and y does not."""
    for before, after in zip(flow(), flip(flow())):
        mirrored = before[:, ::-1]
        assert np.array_equal(after[..., 0], 255 - mirrored[..., 0])
        assert np.array_equal(after[..., 1], mirrored[..., 1])


def test_flipped_twice_is_the_same():
    assert all(map(np.array_equal, flow(), flip(flip(flow()))))


def test_any_number_of_repairs():
    flip_flow_exactly()
    flip_flow_exactly()
    test_mirrored_flow_moves_the_other_way()


def test_others_are_left_alone():
    for before, after in zip(flow(), flip(flow(), 'RGB')):
        assert np.array_equal(after, before[:, ::-1])
    # Directions one after the other, as before MMAction2 1.2.0.
    x, y = (img[..., 0] for img in flow(2))
    flipped_x, flipped_y = flip([x, y])
    assert np.array_equal(flipped_x, 255 - x[:, ::-1])
    assert np.array_equal(flipped_y, y[:, ::-1])
