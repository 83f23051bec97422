"""A small synthetic action data set.

Six motions of a random pattern that wraps at the borders. Every class draws
the pattern alike, so that no single frame tells the class, and mirroring a
video does not change it.
"""

from pathlib import Path

import cv2
import numpy as np

# Sideways, to either side, or not; up, not at all, or down.
CLASSES = dict(
    rest=(0, 0),
    rise=(0, -1),
    fall=(0, 1),
    drift=(1, 0),
    drift_up=(1, -1),
    drift_down=(1, 1),
)
WIDTH, HEIGHT, FRAMES, FPS = 80, 60, 32, 20


def trajectory(name: str, rng: np.random.Generator) -> np.ndarray:
    """How far the pattern has moved, (FRAMES, 2): x and y in pixels."""
    sideways, vertical = CLASSES[name]
    velocity = rng.uniform(3, 4, size=2)  # pixels a frame
    velocity *= [sideways * rng.choice([-1, 1]), vertical]
    return np.outer(np.arange(FRAMES), velocity)


def render(name: str, rng: np.random.Generator) -> np.ndarray:
    """One video, (FRAMES, HEIGHT, WIDTH, 3) uint8."""
    coarse = rng.integers(0, 256, (HEIGHT // 10, WIDTH // 10), np.uint8)
    pattern = cv2.resize(coarse, (WIDTH, HEIGHT))[..., None].repeat(3, axis=2)
    shifts = np.rint(trajectory(name, rng)).astype(int)
    return np.stack([np.roll(pattern, (y, x), axis=(0, 1)) for x, y in shifts])


def write_video(path: Path, frames: np.ndarray) -> None:
    """Encode BGR frames as MPEG-4."""
    fourcc = cv2.VideoWriter_fourcc(*'mp4v')
    writer = cv2.VideoWriter(str(path), fourcc, FPS, (WIDTH, HEIGHT))
    if not writer.isOpened():
        raise RuntimeError(f'this OpenCV cannot write {path}')
    for frame in frames:
        writer.write(frame)
    writer.release()
