"""Measure how fast videos load, against MMAction2's own transforms.

Without videos it makes two of its own, one like Kinetics-400 (H.264, 340x256,
10 s) and one like UCF101 (MPEG-4 with B-frames, 320x240, 7 s).
"""

import os.path as osp
from typing import Optional, Sequence

from ..benchmark.speed.measure import benchmark_pipeline
from .options import check_counts, raw_parser


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = raw_parser(__doc__)
    parser.add_argument('videos', nargs='*', help='video files')
    parser.add_argument(
        '--out',
        default='work_dirs/benchmark_pipeline',
        help='folder for table.md and plot.png',
    )
    parser.add_argument(
        '--config',
        default='skdsrl_mmaction::skdsrl_r3d18_k400.py',
        help='config whose training pipeline and model are measured',
    )
    parser.add_argument(
        '--rounds', type=int, default=20, help='rounds of each video'
    )
    parser.add_argument(
        '--no-shrunk',
        action='store_true',
        help='do not measure copies that shrink_videos.py makes',
    )
    parser.add_argument(
        '--workers',
        type=int,
        default=2,
        help='workers of the DataLoader; 0: skip it',
    )
    parser.add_argument(
        '--batches',
        type=int,
        default=8,
        help='batches of 8 videos from the DataLoader',
    )
    parser.add_argument(
        '--steps', type=int, default=5, help='training steps; 0: skip them'
    )
    parser.add_argument(
        '--batch-size', type=int, default=8, help='videos of a training step'
    )
    args = parser.parse_args(argv)
    check_counts(parser, args, 'rounds')
    for path in args.videos:
        if not osp.isfile(path):
            parser.error(f'{path} does not exist')
    return args


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    table = benchmark_pipeline(
        args.out,
        args.config,
        args.videos,
        shrink=not args.no_shrunk,
        rounds=args.rounds,
        workers=args.workers,
        batches=args.batches,
        steps=args.steps,
        batch_size=args.batch_size,
    )
    print(f'\n{table}')
