"""Generate a small synthetic action data set.

A random pattern, which wraps around at the borders, moves in one of six ways.
The pattern has the same distribution in every class, so a single frame does
not show the class, and mirroring a video does not change its class.
"""

from pathlib import Path
from typing import Dict, List

import cv2
import numpy as np

from ...utils import show_progress

# Direction of each motion: 1 for sideways (left or right at random), and -1,
# 0 or 1 for up, none or down.
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
    """Draw a motion of a class.

    Args:
        name (str): A key of ``CLASSES``.
        rng (np.random.Generator): Source of the speed and the side.

    Returns:
        np.ndarray: x and y of the pattern in pixels, (FRAMES, 2).
    """
    sideways, vertical = CLASSES[name]
    velocity = rng.uniform(3, 4, size=2)  # pixels a frame
    velocity *= [sideways * rng.choice([-1, 1]), vertical]
    return np.outer(np.arange(FRAMES), velocity)


def render(name: str, rng: np.random.Generator) -> np.ndarray:
    """Draw a video of a class.

    Args:
        name (str): A key of ``CLASSES``.
        rng (np.random.Generator): Source of the pattern and its motion.

    Returns:
        np.ndarray: Frames, (FRAMES, HEIGHT, WIDTH, 3) uint8.
    """
    coarse = rng.integers(0, 256, (HEIGHT // 10, WIDTH // 10), np.uint8)
    pattern = cv2.resize(coarse, (WIDTH, HEIGHT))[..., None].repeat(3, axis=2)
    shifts = np.rint(trajectory(name, rng)).astype(int)
    return np.stack([np.roll(pattern, (y, x), axis=(0, 1)) for x, y in shifts])


def write_video(path: Path, frames: np.ndarray) -> None:
    """Encode BGR frames as MPEG-4.

    Args:
        path (Path): An .mp4 file.
        frames (np.ndarray): (T, HEIGHT, WIDTH, 3) uint8.

    Raises:
        RuntimeError: If OpenCV has no such encoder.
    """
    fourcc = cv2.VideoWriter_fourcc(*'mp4v')
    writer = cv2.VideoWriter(str(path), fourcc, FPS, (WIDTH, HEIGHT))
    if not writer.isOpened():
        raise RuntimeError(f'this OpenCV cannot write {path}')
    for frame in frames:
        writer.write(frame)
    writer.release()


def write_dataset(
    out: Path, train: int, val: int, test: int, seed: int
) -> None:
    """Write ``videos/`` and ``train.txt``, ``val.txt`` and ``test.txt``.

    A folder with training and test part, but without a validation part,
    receives the latter; what it holds is kept.

    Args:
        out (Path): Folder to write.
        train (int): Training videos per class.
        val (int): Validation videos per class.
        test (int): Test videos per class.
        seed (int): Random seed, >= 0.

    Raises:
        FileExistsError: If the folder holds the whole data set.
    """
    if (out / 'val.txt').exists():
        raise FileExistsError(f'{out} holds a data set already')
    (out / 'videos').mkdir(parents=True, exist_ok=True)
    if not (out / 'train.txt').exists():
        parts = dict(test=test, train=train)
        _write_parts(out, parts, np.random.default_rng(seed))
    # A generator of its own: no validation video repeats one of the other
    # parts, whatever their size.
    _write_parts(out, dict(val=val), np.random.default_rng([seed, 1]))


def _write_parts(
    out: Path, videos: Dict[str, int], rng: np.random.Generator
) -> None:
    """Write videos and annotation files, given the videos per class."""
    jobs = [
        (part, label, name, i)
        for part, count in videos.items()
        for label, name in enumerate(CLASSES)
        for i in range(count)
    ]
    lines: Dict[str, List[str]] = {part: [] for part in videos}
    for part, label, name, i in show_progress(jobs, 'writing videos'):
        file = f'{part}_{name}_{i:02d}.mp4'
        write_video(out / 'videos' / file, render(name, rng))
        lines[part].append(f'{file} {label}\n')
    # Written last: a part with an annotation file has all its videos.
    for part, text in lines.items():
        (out / f'{part}.txt').write_text(''.join(text))
