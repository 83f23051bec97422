"""Measure what loading videos costs, against MMAction2's own transforms.

Without videos it makes two of its own, one like Kinetics-400 (H.264, 340x256,
10 s) and one like UCF101 (MPEG-4 with B-frames, 320x240, 7 s).
"""

import argparse
import os
import os.path as osp
import subprocess
import sys
import tempfile
from typing import Optional, Sequence

import av
from mmengine.registry import init_default_scope
from rich.console import Console
from rich.progress import track

from ..benchmark.speed import loading, step
from ..benchmark.speed.report import SHRUNK, write_report
from ..benchmark.speed.synthetic import SYNTHETIC, write_synthetic
from ..datasets.preparation.shrink import shrink_video
from ..utils import read_config


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('videos', nargs='*', help='video files')
    parser.add_argument(
        '--out',
        default='work_dirs/benchmark_pipeline',
        help='folder for table.md and plot.png',
    )
    parser.add_argument(
        '--config',
        default='skdsrl_mmaction::skdsrl_r3d18_k400.py',
        help='whose training pipeline and model are measured',
    )
    parser.add_argument('--rounds', type=int, default=20, help='of each video')
    parser.add_argument(
        '--no-shrunk',
        action='store_true',
        help='do not measure copies that shrink_videos.py makes',
    )
    parser.add_argument(
        '--workers', type=int, default=2, help='of the DataLoader; 0: skip it'
    )
    parser.add_argument(
        '--batches', type=int, default=8, help='of 8 videos, from the loader'
    )
    parser.add_argument(
        '--steps', type=int, default=5, help='training steps; 0: skip them'
    )
    parser.add_argument('--batch-size', type=int, default=8, help='of a step')
    args = parser.parse_args(argv)
    if args.rounds < 1:
        parser.error(f'--rounds {args.rounds} must be 1 or more')
    for path in args.videos:
        if not osp.isfile(path):
            parser.error(f'{path} does not exist')
    return args


def find_videos(args, folder):
    """Paths by the names in the table, each before its smaller copy."""
    paths = args.videos
    if not paths:
        paths = [osp.join(folder, name) for name in SYNTHETIC]
        for path in paths:
            write_synthetic(path, **SYNTHETIC[osp.basename(path)])
    videos = {}
    for i, path in enumerate(paths):
        name = osp.basename(path)
        if name in videos:
            raise ValueError(f'{path!r}: another video is named {name!r} too')
        videos[name] = path
        if not args.no_shrunk:
            copy = osp.join(folder, f'{i}.mp4')
            shrink_video((path, copy), short_side=128, key_interval=8)
            videos[name + SHRUNK] = copy
    return videos


def measure_memory(args):
    memory = {}
    for name in (step.SKDSRL, step.CE_ONLY):
        done = subprocess.run(
            [sys.executable, '-m', step.__name__]
            + [args.config, name, str(args.batch_size)],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        memory[name] = int(done.stdout.split()[-1])
    return memory


def measure(args, videos):
    """What the report is made of."""
    cfg = read_config(args.config)
    transforms = cfg.train_dataloader.dataset.pipeline
    steps = memory = None
    if args.steps:
        # The peak of a child counts from that of its parent, so this is first.
        memory = measure_memory(args)
        steps = step.measure_steps(cfg, args.batch_size, args.steps)
    loading.set_up_worker()
    rounds, rates = {}, {}
    for name, path in track(
        videos.items(), 'loading videos', console=Console(stderr=True)
    ):
        rounds[name] = loading.measure_video(path, transforms, args.rounds)
        if args.workers:
            rates[name] = loading.measure_loader(
                path, transforms, args.workers, args.batches, rounds=3
            )
    return rounds, rates, steps, memory


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    init_default_scope('mmaction')
    os.makedirs(args.out, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        measured = measure(args, find_videos(args, folder))
    footer = (
        f'{os.cpu_count()} CPU cores, load {os.getloadavg()[0]:.1f}; '
        f'{args.rounds} rounds; {args.workers} workers; PyAV {av.__version__}.'
    )
    print(f'\n{write_report(args.out, *measured, footer)}')
