"""What augmentation operators share, whatever they change."""

from abc import ABCMeta, abstractmethod
from typing import Any, Dict, Sequence, Tuple

import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness


class Operator(BaseTransform, metaclass=ABCMeta):
    """An operator that is drawn once for each view and acts on all of it.

    Required Keys:

        - the one that ``key`` names

    Modified Keys:

        - the same, if the operator acts
        - operators: name and strength of each operator that has acted

    Args:
        prob (float): Probability of being applied, in [0, 1]. Defaults to
            0.5.

    Attributes:
        key (str): Key of the array that it changes.

    Raises:
        ValueError: If ``prob`` is out of range.
    """

    key: str

    def __init__(self, prob: float = 0.5) -> None:
        if not 0 <= prob <= 1:
            raise ValueError(
                f'{type(self).__name__}.prob must be in [0, 1], '
                f'but is {prob!r}'
            )
        self.prob = prob

    @cache_randomness
    def _draw(self) -> Tuple[bool, Any]:
        """Whether to act on this view, and by how much."""
        return np.random.rand() < self.prob, self._draw_strength()

    @abstractmethod
    def _draw_strength(self) -> Any:
        """Draw the parameter that the whole view shares."""

    @abstractmethod
    def _apply(self, data: np.ndarray, strength: Any) -> np.ndarray:
        """Contiguous array to a new array of the same kind."""

    def transform(self, results: Dict) -> Dict:
        """Apply the operator, or not, to the whole view.

        Args:
            results (dict): The result dict.

        Returns:
            dict: The result dict.
        """
        act, strength = self._draw()
        if act:
            # Cropped frames are copied here, later ones are in place.
            data = np.ascontiguousarray(results[self.key])
            results[self.key] = self._apply(data, strength)
            drawn = type(self).__name__, strength
            results['operators'] = (*results.get('operators', ()), drawn)
        return results

    def __repr__(self) -> str:
        arguments = ', '.join(
            f'{key}={value}' for key, value in vars(self).items()
        )
        return f'{self.__class__.__name__}({arguments})'


def check_range(
    owner: object, name: str, value: Sequence[float], low: float, high: float
) -> Tuple[float, float]:
    """Check an argument that is a range.

    Args:
        owner (object): The transform.
        name (str): Name of the argument.
        value (Sequence[float]): (min, max).
        low (float): The smallest min.
        high (float): The largest max.

    Returns:
        tuple[float, float]: The range.

    Raises:
        ValueError: If it is none, or is not within [low, high].
    """
    if len(value) != 2 or not low <= value[0] <= value[1] <= high:
        raise ValueError(
            f'{type(owner).__name__}.{name} must be (min, max) '
            f'within [{low}, {high}], but is {value!r}'
        )
    return tuple(value)
