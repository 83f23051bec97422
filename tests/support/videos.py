"""Videos that the tests write."""

import cv2
import numpy as np


def write_counting_video(path, frames, size=(64, 48), fourcc='mp4v'):
    """Write a video whose frame i has grey level 10 * i.

    Smaller steps would be lost: the encoder skips frames that hardly differ.
    """
    writer = cv2.VideoWriter(
        str(path), cv2.VideoWriter_fourcc(*fourcc), 25, size
    )
    assert writer.isOpened()
    for i in range(frames):
        writer.write(np.full((size[1], size[0], 3), 10 * i, np.uint8))
    writer.release()
    return path
