"""The flip of optical flow."""

from typing import List

import numpy as np


def flip_flow_exactly() -> None:
    """Negate the horizontal direction of flow, and only that, in ``Flip``.

    Symptom: none; half of the flipped frames have both directions negated,
    the others none.

    Cause: ``Flip`` expects a list of x and y in turn. Since
    https://github.com/open-mmlab/mmaction2/pull/2631 ``RawFrameDecode`` makes
    one frame of both, (H, W, 2).

    Unnecessary once ``Flip`` negates the first channel of such frames.
    """
    from mmaction.datasets.transforms import Flip

    stock = Flip._flip_imgs

    def flip(self: Flip, imgs: List[np.ndarray], modality: str) -> list:
        if modality != 'Flow' or imgs[0].ndim != 3:
            return stock(self, imgs, modality)
        imgs = stock(self, imgs, 'RGB')
        for img in imgs:
            img[..., 0] = 255 - img[..., 0]
        return imgs

    frames = [np.zeros((1, 1, 2), np.uint8) for _ in range(2)]
    flipped = np.stack(Flip()._flip_imgs(frames, 'Flow'))
    if (flipped[..., 0] != 255).any() or flipped[..., 1].any():
        Flip._flip_imgs = flip
