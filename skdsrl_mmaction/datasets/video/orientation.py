"""Turn frames upright."""

import math
from typing import Optional, Tuple

import av
import numpy as np
from av.sidedata.sidedata import SideDataContainer


def upright(array: np.ndarray, frame: av.VideoFrame) -> np.ndarray:
    """Turn and mirror a frame as its display matrix says.

    Cameras write one of eight matrices; any other angle is rounded to a
    quarter turn.

    Args:
        array (np.ndarray): Pixels of ``frame``, (H, W, C).
        frame (av.VideoFrame): The decoded frame.

    Returns:
        np.ndarray: ``array`` itself if it is upright, else a contiguous
        copy, (H, W, C) or (W, H, C).
    """
    matrix = _display_matrix(frame)
    if matrix is None:
        return array
    # x to the right and y down become a x + c y and b x + d y.
    a, b, c, d = matrix
    if abs(b) + abs(c) > abs(a) + abs(d):
        array, a, d = array.swapaxes(0, 1), c, b
    if a < 0:
        array = array[:, ::-1]
    if d < 0:
        array = array[::-1]
    return np.ascontiguousarray(array)


def has_display_matrix(frame: av.VideoFrame) -> bool:
    """Return whether ``upright`` may change a frame."""
    return _display_matrix(frame) is not None


def _display_matrix(frame: av.VideoFrame) -> Optional[Tuple[float, ...]]:
    try:
        # frame.side_data would keep the frame until the garbage collector
        # comes: the two refer to each other.
        side_data = SideDataContainer(frame)
    except ValueError:  # data of a type that this PyAV does not know
        angle = math.radians(frame.rotation)
        sine, cosine = math.sin(angle), math.cos(angle)
        return cosine, -sine, sine, cosine
    data = side_data.get('DISPLAYMATRIX') if len(side_data) else None
    if data is None:
        return None
    return tuple(np.frombuffer(data, np.int32)[[0, 1, 3, 4]].tolist())
