"""The paper's photometric operators (section III-B), one draw per clip.

The paper gives their names and their probability, but no ranges; the defaults
are those of its first author's earlier work (see :class:`ChannelSplit`).
Operators work on uint8 RGB frames, each frame by itself. Operators on single
pixels treat all frames as one tall image, which is faster.
"""

from typing import Dict, Sequence, Tuple

import cv2
import numpy as np
from mmaction.registry import TRANSFORMS

from .operator import Operator, check_range


class ClipOperator(Operator):
    """One photometric operator, drawn once and applied to every frame.

    Required Keys:

        - imgs: frames of shape (H, W, 3), uint8, RGB

    Modified Keys:

        - imgs: one array of shape (T, H, W, 3), if the operator acts
        - operators: name and strength of each operator that has acted

    Args:
        prob (float): Probability of being applied, in [0, 1]. Defaults to
            0.5.

    Raises:
        ValueError: If an argument is out of range; in use, if a frame is
            not uint8.
    """

    key = 'imgs'

    def transform(self, results: Dict) -> Dict:
        """Apply the operator, or not, to the whole clip.

        Args:
            results (dict): The result dict.

        Returns:
            dict: The result dict.
        """
        frame = results['imgs'][0]
        if frame.dtype != np.uint8:
            raise ValueError(
                f'{type(self).__name__} needs uint8 frames in '
                f'[0, 255], but they are {frame.dtype}'
            )
        return super().transform(results)


def _tall(clip: np.ndarray) -> np.ndarray:
    """All frames of a contiguous clip below each other, (T * H, W, 3)."""
    return clip.reshape(-1, *clip.shape[2:])


@TRANSFORMS.register_module()
class ClipContrast(ClipOperator):
    """Scale the contrast about mid-grey: x * factor on the [-1, 1] scale.

    Args:
        factor_range (tuple[float]): (min, max) of the factor, >= 0. Defaults
            to (0.5, 1.5).
        prob (float): Probability of being applied. Defaults to 0.5.
    """

    def __init__(
        self, factor_range: Sequence[float] = (0.5, 1.5), prob: float = 0.5
    ) -> None:
        super().__init__(prob)
        self.factor_range = check_range(
            self, 'factor_range', factor_range, 0, float('inf')
        )

    def _draw_strength(self) -> float:
        return np.random.uniform(*self.factor_range)

    def _apply(self, clip: np.ndarray, factor: float) -> np.ndarray:
        levels = np.rint((np.arange(256) - 127.5) * factor + 127.5)
        table = np.clip(levels, 0, 255).astype(np.uint8)
        return cv2.LUT(_tall(clip), table).reshape(clip.shape)


@TRANSFORMS.register_module()
class ClipBrightness(ClipOperator):
    """Add a whole number of grey levels to every channel.

    Args:
        max_delta (float): The number is drawn from [-max_delta, max_delta]
            and rounded, in [0, 255]. Defaults to 64, which is 0.5 on the
            [-1, 1] scale.
        prob (float): Probability of being applied. Defaults to 0.5.
    """

    def __init__(self, max_delta: float = 64, prob: float = 0.5) -> None:
        super().__init__(prob)
        if not 0 <= max_delta <= 255:
            raise ValueError(
                'ClipBrightness.max_delta must be grey levels in '
                f'[0, 255], but is {max_delta!r}'
            )
        self.max_delta = max_delta

    def _draw_strength(self) -> float:
        return np.random.uniform(-self.max_delta, self.max_delta)

    def _apply(self, clip: np.ndarray, delta: float) -> np.ndarray:
        # Faster than a table. A negative number is not, hence two functions.
        change = cv2.add if delta > 0 else cv2.subtract
        levels = abs(round(delta))
        return change(_tall(clip), (levels,) * 4).reshape(clip.shape)


@TRANSFORMS.register_module()
class ClipHue(ClipOperator):
    """Turn the hue, keeping saturation and value.

    Args:
        shift_range (tuple[float]): (min, max) of the shift in turns of the
            colour circle, within [-1, 1]. Defaults to (0, 0.1).
        prob (float): Probability of being applied. Defaults to 0.5.
    """

    def __init__(
        self, shift_range: Sequence[float] = (0, 0.1), prob: float = 0.5
    ) -> None:
        super().__init__(prob)
        self.shift_range = check_range(self, 'shift_range', shift_range, -1, 1)

    def _draw_strength(self) -> float:
        return np.random.uniform(*self.shift_range)

    def _apply(self, clip: np.ndarray, shift: float) -> np.ndarray:
        # The FULL variants put the circle on 256 steps instead of 180, so
        # that uint8 wraps around as the circle does.
        hsv = cv2.cvtColor(_tall(clip), cv2.COLOR_RGB2HSV_FULL)
        # Adding 0 to the others is faster than to pass over them.
        turn = np.zeros_like(clip[0])
        turn[..., 0] = round(shift * 256) % 256
        hsv = hsv.reshape(clip.shape)
        hsv += turn
        rgb = cv2.cvtColor(_tall(hsv), cv2.COLOR_HSV2RGB_FULL)
        return rgb.reshape(clip.shape)


@TRANSFORMS.register_module()
class ClipGaussianBlur(ClipOperator):
    """Blur every frame with the same Gaussian kernel.

    Args:
        kernel_size (int): Side of the kernel in pixels, odd. Defaults to 7.
        sigma_range (tuple[float]): (min, max) of its standard deviation in
            pixels, > 0. Defaults to (0.1, 2.0).
        prob (float): Probability of being applied. Defaults to 0.5.
    """

    def __init__(
        self,
        kernel_size: int = 7,
        sigma_range: Sequence[float] = (0.1, 2.0),
        prob: float = 0.5,
    ) -> None:
        super().__init__(prob)
        if kernel_size < 1 or kernel_size % 2 == 0:
            raise ValueError(
                'ClipGaussianBlur.kernel_size must be odd and '
                f'positive, but is {kernel_size!r}'
            )
        self.kernel_size = kernel_size
        # cv2 chooses a sigma by itself where it is 0.
        self.sigma_range = check_range(
            self, 'sigma_range', sigma_range, 1e-3, float('inf')
        )

    def _draw_strength(self) -> float:
        return np.random.uniform(*self.sigma_range)

    def _apply(self, clip: np.ndarray, sigma: float) -> np.ndarray:
        kernel = cv2.getGaussianKernel(self.kernel_size, sigma)
        blurred = np.empty_like(clip)
        for frame, out in zip(clip, blurred):
            cv2.sepFilter2D(frame, -1, kernel, kernel, dst=out)
        return blurred


@TRANSFORMS.register_module()
class ChannelSplit(ClipOperator):
    """Replace one colour channel by another.

    Source: "Teaching Yourself: A Self-Knowledge Distillation Approach to
    Action Recognition", https://doi.org/10.1109/ACCESS.2021.3099856, the
    paper's [30].

    Args:
        prob (float): Probability of being applied. Defaults to 0.5.
    """

    def _draw_strength(self) -> Tuple[int, int]:
        # As random.choice without replacement, three times faster.
        target, source, _ = np.random.permutation(3)
        return int(target), int(source)

    def _apply(
        self, clip: np.ndarray, channels: Tuple[int, int]
    ) -> np.ndarray:
        target, source = channels
        clip = clip.copy()
        tall = [_tall(clip)]
        cv2.mixChannels(tall, tall, [source, target])
        return clip
