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


def write_tiny_dataset(folder):
    """Write 12 videos of noise in 3 classes: train.txt (8), val.txt (4)."""
    rng = np.random.default_rng(0)
    lines = []
    for i in range(12):
        writer = cv2.VideoWriter(
            str(folder / f'{i}.mp4'),
            cv2.VideoWriter_fourcc(*'mp4v'),
            25,
            (64, 48),
        )
        for _ in range(24):
            writer.write(rng.integers(0, 256, (48, 64, 3), dtype=np.uint8))
        writer.release()
        lines.append(f'{i}.mp4 {i % 3}\n')
    (folder / 'train.txt').write_text(''.join(lines[:8]))
    (folder / 'val.txt').write_text(''.join(lines[8:]))
