"""Operators on the coordinates of joints, one draw per view.

They stand before ``GenSkeFeat``, so that bones and motions are those of the
changed joints. A joint that was not found, with all coordinates 0, stays 0.
"""

from typing import Tuple

import numpy as np
from mmaction.registry import TRANSFORMS

from .operator import Operator


class JointOperator(Operator):
    """One operator on joints, the same in every frame.

    Required Keys:

        - keypoint: (M, T, V, C) for M persons and V joints, C >= 2

    Modified Keys:

        - keypoint: float32 or better, if the operator acts
        - operators: name and strength of each operator that has acted

    Args:
        dims (int): 2 or 3, how many of the C numbers of a joint are its
            coordinates; others, such as its score, are kept. Defaults to 3.
        prob (float): Probability of being applied, in [0, 1]. Defaults to
            0.5.

    Raises:
        ValueError: If an argument is out of range; in use, if joints have
            fewer than ``dims`` coordinates.
    """

    key = 'keypoint'

    def __init__(self, dims: int = 3, prob: float = 0.5) -> None:
        super().__init__(prob)
        if dims not in (2, 3):
            raise ValueError(
                f'{type(self).__name__}.dims must be 2 or 3, but is {dims!r}'
            )
        self.dims = dims

    def _split(self, joints: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
        """Return the coordinates, and what else there is of each joint."""
        if joints.shape[-1] < self.dims:
            raise ValueError(
                f'{type(self).__name__}.dims={self.dims}, but joints have '
                f'{joints.shape[-1]} coordinates'
            )
        joints = joints.astype(np.result_type(joints, np.float32))
        return joints[..., : self.dims], joints[..., self.dims :]


@TRANSFORMS.register_module()
class JointRotation(JointOperator):
    """Turn the skeleton about the origin of its coordinates.

    In two dimensions it turns in the plane of the image, which
    ``PreNormalize2D`` has made a square, in three about the x, the y and then
    the z axis. Source of the range: the code of
    "Channel-wise Topology Refinement Graph Convolution for Skeleton-Based
    Action Recognition", https://arxiv.org/abs/2107.12213.

    Args:
        max_angle (float): Each angle is drawn from [-max_angle, max_angle],
            in radians, in [0, pi]. Defaults to 0.3.
        dims (int): 2 or 3 coordinates. Defaults to 3.
        prob (float): Probability of being applied. Defaults to 0.5.
    """

    def __init__(
        self, max_angle: float = 0.3, dims: int = 3, prob: float = 0.5
    ) -> None:
        super().__init__(dims, prob)
        if not 0 <= max_angle <= np.pi:
            raise ValueError(
                'JointRotation.max_angle must be radians in [0, pi], '
                f'but is {max_angle!r}'
            )
        self.max_angle = max_angle

    def _draw_strength(self) -> Tuple[float, ...]:
        angles = np.random.uniform(-self.max_angle, self.max_angle, size=3)
        return tuple(angles.tolist())

    def _apply(
        self, joints: np.ndarray, angles: Tuple[float, ...]
    ) -> np.ndarray:
        places, others = self._split(joints)
        turned = np.eye(3)
        for axis, angle in enumerate(angles):
            turned = _about(axis, angle) @ turned
        if self.dims == 2:
            turned = _about(2, angles[2])[:2, :2]
        turned = turned.astype(places.dtype)
        return np.concatenate([places @ turned.T, others], axis=-1)


def _about(axis: int, angle: float) -> np.ndarray:
    """Matrix that turns column vectors about an axis, (3, 3)."""
    matrix = np.eye(3)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    matrix[[i, j], [i, j]] = np.cos(angle)
    matrix[j, i] = np.sin(angle)
    matrix[i, j] = -np.sin(angle)
    return matrix


@TRANSFORMS.register_module()
class JointJitter(JointOperator):
    """Move each joint by an offset of its own, the same in every frame.

    The skeleton gets other proportions; motions between frames stay.

    Args:
        std (float): Standard deviation of the offset in each coordinate, in
            the unit of the joints, >= 0. Defaults to 0.01, which is chosen
            here: 1 cm in NTU RGB+D, and after ``PreNormalize2D`` 1/200 of the
            image.
        dims (int): 2 or 3 coordinates. Defaults to 3.
        prob (float): Probability of being applied. Defaults to 0.5.
    """

    def __init__(
        self, std: float = 0.01, dims: int = 3, prob: float = 0.5
    ) -> None:
        super().__init__(dims, prob)
        if not 0 <= std < float('inf'):
            raise ValueError(
                f'JointJitter.std must be finite and >= 0, but is {std!r}'
            )
        self.std = std

    def _draw_strength(self) -> int:
        # How many joints there are is not known yet.
        return int(np.random.randint(2**32, dtype=np.uint64))

    def _apply(self, joints: np.ndarray, seed: int) -> np.ndarray:
        places, others = self._split(joints)
        persons, _, number, dims = places.shape
        offsets = np.random.default_rng(seed).normal(
            scale=self.std, size=(persons, 1, number, dims)
        )
        found = (places != 0).any(axis=-1, keepdims=True)
        moved = places + offsets.astype(places.dtype) * found
        return np.concatenate([moved, others], axis=-1)
