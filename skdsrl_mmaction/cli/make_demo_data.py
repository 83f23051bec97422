"""Write a small synthetic action data set: mp4 files and annotation lists."""

import argparse
from pathlib import Path
from typing import Optional, Sequence

import numpy as np
from mmengine.utils import track_iter_progress

from ..datasets.preparation.demo_data import CLASSES, render, write_video


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('out', type=Path, help='folder to write')
    parser.add_argument('--train', type=int, default=60, help='videos a class')
    parser.add_argument('--test', type=int, default=12, help='videos a class')
    parser.add_argument('--seed', type=int, default=0)
    return parser.parse_args(argv)


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
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
