"""Write a small synthetic action data set: mp4 files and annotation lists.

Six motions of one textured square. Every class draws the square's place, size,
angle and texture alike, so that no single frame tells the class, and mirroring
a video does not change it.
"""

import argparse
import itertools
from pathlib import Path

import cv2
import numpy as np
from mmengine.utils import track_iter_progress

CLASSES = ('rise', 'fall', 'drift', 'sway', 'bob', 'rest')
WIDTH, HEIGHT, FRAMES, FPS = 96, 72, 40, 20


def texture(
    rng: np.random.Generator, shape: tuple, low: int, high: int
) -> np.ndarray:
    """Smooth colour noise of ``shape`` (H, W), (H, W, 3) uint8."""
    coarse = rng.integers(low, high, (4, 4, 3), dtype=np.uint8)
    return cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_LINEAR)


def trajectory(name: str, rng: np.random.Generator) -> np.ndarray:
    """Centre x and y of the square, (FRAMES, 2); it wraps at the borders."""
    x, y = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT)
    along = rng.uniform(3, 4) * np.arange(FRAMES)
    phase = rng.uniform(0, 2 * np.pi)
    swing = 15 * np.sin(phase + rng.uniform(0.55, 0.75) * np.arange(FRAMES))
    rest = np.zeros(FRAMES)
    dx, dy = dict(
        rise=(rest, -along),
        fall=(rest, along),
        drift=(rng.choice([-1, 1]) * along, rest),
        sway=(swing, rest),
        bob=(rest, swing),
        rest=(rest, rest),
    )[name]
    return np.stack([(x + dx) % WIDTH, (y + dy) % HEIGHT], axis=1)


def render(name: str, rng: np.random.Generator) -> np.ndarray:
    """One video, (FRAMES, HEIGHT, WIDTH, 3) uint8."""
    background = texture(rng, (HEIGHT, WIDTH), 0, 60)
    square = texture(rng, (32, 32), 120, 256)
    spin = cv2.getRotationMatrix2D(
        (16, 16), rng.uniform(0, 360), rng.uniform(0.6, 1.2)
    )
    frames = []
    for x, y in trajectory(name, rng):
        frame = background.copy()
        # Copies beyond the borders, so that what leaves comes in again.
        for dx, dy in itertools.product(
            (-WIDTH, 0, WIDTH), (-HEIGHT, 0, HEIGHT)
        ):
            place = spin + [[0, 0, x + dx - 16], [0, 0, y + dy - 16]]
            cv2.warpAffine(
                square,
                place,
                (WIDTH, HEIGHT),
                dst=frame,
                borderMode=cv2.BORDER_TRANSPARENT,
            )
        frames.append(frame)
    return np.stack(frames)


def write_video(path: Path, frames: np.ndarray) -> None:
    """Encode BGR frames as MPEG-4."""
    fourcc = cv2.VideoWriter_fourcc(*'mp4v')
    writer = cv2.VideoWriter(str(path), fourcc, FPS, (WIDTH, HEIGHT))
    if not writer.isOpened():
        raise RuntimeError(f'this OpenCV cannot write {path}')
    for frame in frames:
        writer.write(frame)
    writer.release()


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('out', type=Path, help='folder to write')
    parser.add_argument('--train', type=int, default=40, help='videos a class')
    parser.add_argument('--test', type=int, default=12, help='videos a class')
    parser.add_argument('--seed', type=int, default=0)
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    if (args.out / 'train.txt').exists():
        raise SystemExit(f'{args.out} holds a data set already')
    (args.out / 'videos').mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(args.seed)
    lines = {'test': [], 'train': []}
    jobs = [
        (split, label, i)
        for split, videos in (('test', args.test), ('train', args.train))
        for label in range(len(CLASSES))
        for i in range(videos)
    ]
    for split, label, i in track_iter_progress(jobs):
        name = f'{split}_{CLASSES[label]}_{i:02d}.mp4'
        write_video(args.out / 'videos' / name, render(CLASSES[label], rng))
        lines[split].append(f'{name} {label}\n')
    # The lists come last, train.txt after test.txt: it marks a whole set.
    for split, text in lines.items():
        (args.out / f'{split}.txt').write_text(''.join(text))


if __name__ == '__main__':
    main()
