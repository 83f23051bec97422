"""Write a small synthetic action data set: mp4 files and annotation lists.

Six motions of a random pattern that wraps at the borders. Every class draws
the pattern alike, so that no single frame tells the class, and mirroring a
video does not change it.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from mmengine.utils import track_iter_progress

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


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('out', type=Path, help='folder to write')
    parser.add_argument('--train', type=int, default=60, help='videos a class')
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
        (split, label, name, i)
        for split, videos in (('test', args.test), ('train', args.train))
        for label, name in enumerate(CLASSES)
        for i in range(videos)
    ]
    for split, label, name, i in track_iter_progress(jobs):
        file = f'{split}_{name}_{i:02d}.mp4'
        write_video(args.out / 'videos' / file, render(name, rng))
        lines[split].append(f'{file} {label}\n')
    # The lists come last, train.txt after test.txt: it marks a whole set.
    for split, text in lines.items():
        (args.out / f'{split}.txt').write_text(''.join(text))


if __name__ == '__main__':
    main()
