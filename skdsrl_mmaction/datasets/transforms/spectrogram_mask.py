from typing import Tuple

import numpy as np
from mmaction.registry import TRANSFORMS

from .operator import Operator


@TRANSFORMS.register_module()
class SpectrogramMask(Operator):
    """Set a band of a spectrogram to 0, in all clips of a view.

    0 is what ``AudioFeatureSelector`` pads with. Source, with f and t in place
    of width: "SpecAugment: A Simple Data Augmentation Method for Automatic
    Speech Recognition", https://arxiv.org/abs/1904.08779.

    Required Keys:

        - audios: (clips, time steps, frequencies)

    Modified Keys:

        - audios: if the operator acts
        - operators: name and strength of each operator that has acted

    Args:
        axis (str): 'time' or 'frequency'.
        max_share (float): The width is drawn from 0 to this share of the
            axis, in [0, 1].
        prob (float): Probability of being applied. Defaults to 0.5.

    Raises:
        ValueError: If an argument is out of range.
    """

    key = 'audios'

    def __init__(self, axis: str, max_share: float, prob: float = 0.5) -> None:
        super().__init__(prob)
        if axis not in ('time', 'frequency'):
            raise ValueError(
                "SpectrogramMask.axis must be 'time' or 'frequency', but is "
                f'{axis!r}'
            )
        if not 0 <= max_share <= 1:
            raise ValueError(
                'SpectrogramMask.max_share must be in [0, 1], but is '
                f'{max_share!r}'
            )
        self.axis = axis
        self.max_share = max_share

    def _draw_strength(self) -> Tuple[float, float]:
        """Width as a share of the widest, and place as one of the possible."""
        width, place = np.random.rand(2).tolist()
        return width, place

    def _apply(
        self, audios: np.ndarray, drawn: Tuple[float, float]
    ) -> np.ndarray:
        # Whole numbers from 0 to the widest, and to the last place.
        size = audios.shape[1 if self.axis == 'time' else 2]
        width = int(drawn[0] * (int(self.max_share * size) + 1))
        first = int(drawn[1] * (size - width + 1))
        band = slice(first, first + width)
        audios = audios.copy()
        audios[(slice(None), band) if self.axis == 'time' else (..., band)] = 0
        return audios
