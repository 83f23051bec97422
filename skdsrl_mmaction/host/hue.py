"""The hue of ``ColorJitter``."""

from typing import Callable

import numpy as np

_MAGENTA = np.array([[[255, 0, 255]]], np.uint8)  # hue 150 of 180


def turn_hue_exactly() -> None:
    """Turn the hue of ``ColorJitter`` around the circle of 180 steps.

    Symptom: ``OverflowError: Python integer -13 out of bounds for uint8`` in
    half of all draws. With any numpy, wrong colours where hue and offset are
    256 or more together, which needs ``hue`` above 0.3 (the default is 0.1).

    Cause: ``adjust_hue`` adds a Python integer to an array of uint8. numpy 2
    refuses negative ones (NEP 50), numpy 1 widened the array for them; both
    wrap a sum at 256 before the host takes it modulo 180. Here the sum does
    not wrap. The result equals that of numpy 1.26 for all negative offsets,
    and for positive ones where the sum is below 256; above, the hue is the
    true one, 76 steps further.

    Unnecessary once MMAction2 adds in a wider type.
    """
    from mmaction.datasets.transforms import ColorJitter

    if not _is_right(ColorJitter.adjust_hue):
        ColorJitter.adjust_hue = staticmethod(_adjust_hue)


def _is_right(adjust_hue: Callable) -> bool:
    try:
        return all(
            np.array_equal(
                adjust_hue(_MAGENTA, factor), _adjust_hue(_MAGENTA, factor)
            )
            for factor in (-0.5, 0.5)
        )
    except OverflowError:
        return False


def _adjust_hue(img: np.ndarray, factor: float) -> np.ndarray:
    """Turn an image's hue.

    Args:
        img (np.ndarray): RGB values around [0, 255], of shape (H, W, 3).
        factor (float): In [-0.5, 0.5]; 255 * factor steps of 180 to a circle.

    Returns:
        np.ndarray: The image as float32, with values in [0, 255].
    """
    import cv2

    rgb = np.clip(img, 0, 255).astype(np.uint8)
    hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)
    turned = (np.arange(256) + int(255 * factor)) % 180
    hsv[..., 0] = turned[hsv[..., 0]]
    return np.float32(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB))
