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

import av
import cv2
import numpy as np
from mmengine.config import Config
from mmengine.registry import init_default_scope
from rich.console import Console
from rich.progress import track

import skdsrl_mmaction  # noqa: F401  the host repaired, all registered
from skdsrl_mmaction.benchmark import pipeline, step
from skdsrl_mmaction.benchmark.pipeline_report import SHRUNK, write_report

sys.path.insert(0, osp.join(osp.dirname(osp.abspath(__file__)), 'data'))
from shrink_videos import shrink_video  # noqa: E402

SYNTHETIC = {
    'kinetics_like.mp4': dict(
        codec='libx264', rate=30, frames=300, size=(340, 256), key=250
    ),
    'ucf_like.avi': dict(
        codec='mpeg4', rate=25, frames=175, size=(320, 240), key=300
    ),
}


def write_synthetic(path, codec, rate, frames, size, key):
    """A pattern that moves, under noise that does not repeat."""
    rng = np.random.default_rng(0)
    width, height = size
    coarse = rng.integers(0, 256, (height // 8, width // 8, 3), np.uint8)
    pattern = cv2.resize(coarse, size)
    with av.open(path, 'w') as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height = size
        stream.pix_fmt = 'yuv420p'
        stream.bit_rate = 400_000
        stream.codec_context.gop_size = key
        stream.codec_context.max_b_frames = 2
        for i in range(frames):
            rgb = np.roll(pattern, (i, 2 * i), axis=(0, 1))
            rgb = cv2.add(rgb, rng.integers(0, 16, rgb.shape, np.uint8))
            frame = av.VideoFrame.from_ndarray(rgb, format='rgb24')
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def parse_args():
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
        default='configs/skdsrl_r3d18_k400.py',
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
    args = parser.parse_args()
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
    cfg = Config.fromfile(args.config)
    transforms = cfg.train_dataloader.dataset.pipeline
    steps = memory = None
    if args.steps:
        # The peak of a child counts from that of its parent, so this is first.
        memory = measure_memory(args)
        steps = step.measure_steps(cfg, args.batch_size, args.steps)
    pipeline.set_up_worker()
    rounds, rates = {}, {}
    for name, path in track(
        videos.items(), 'loading videos', console=Console(stderr=True)
    ):
        rounds[name] = pipeline.measure_video(path, transforms, args.rounds)
        if args.workers:
            rates[name] = pipeline.measure_loader(
                path, transforms, args.workers, args.batches, rounds=3
            )
    return rounds, rates, steps, memory


def main() -> None:
    args = parse_args()
    init_default_scope('mmaction')
    os.makedirs(args.out, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        measured = measure(args, find_videos(args, folder))
    footer = (
        f'{os.cpu_count()} CPU cores, load {os.getloadavg()[0]:.1f}; '
        f'{args.rounds} rounds; {args.workers} workers; PyAV {av.__version__}.'
    )
    print(f'\n{write_report(args.out, *measured, footer)}')


if __name__ == '__main__':
    main()
