"""Frames of a video, as the host expects them from a reader."""

from typing import List, Mapping, Sequence, Union

import numpy as np


class Batch(list):
    """Frames, with the interface of decord's batches."""

    @classmethod
    def of(
        cls,
        frames: Union[Mapping[int, np.ndarray], np.ndarray],
        indices: Sequence[int],
    ) -> 'Batch':
        """Look frames up; transforms may write into each of them.

        Args:
            frames (dict[int, np.ndarray] | np.ndarray): Frames by index.
            indices (Sequence[int]): Those wanted, any of them more than once.

        Returns:
            Batch: For each index an array of its own.
        """
        batch, seen = cls(), set()
        for i in indices:
            batch.append(frames[i].copy() if i in seen else frames[i])
            seen.add(i)
        return batch

    def asnumpy(self) -> List[np.ndarray]:
        """Return the frames."""
        return self


def check_indices(path: str, length: int, indices: Sequence[int]) -> List[int]:
    """Check that a video has the frames that are wanted.

    Args:
        path (str): The video, for the error.
        length (int): Its number of frames.
        indices (Sequence[int]): Frames that are wanted.

    Returns:
        list[int]: The indices.

    Raises:
        IndexError: If an index is not in [0, length).
    """
    indices = [int(i) for i in indices]
    if not 0 <= min(indices) <= max(indices) < length:
        raise IndexError(
            f'{path!r} has {length} frames, but frames {min(indices)} to '
            f'{max(indices)} were asked for'
        )
    return indices
