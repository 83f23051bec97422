"""Measure loading and training steps, and report them."""

import os
import os.path as osp
import subprocess
import sys
import tempfile
from typing import Dict, List, NamedTuple, Optional, Sequence

import av
from mmengine.registry import init_default_scope
from rich.console import Console
from rich.progress import track

from ...datasets.preparation.cache import cache_video
from ...datasets.preparation.shrink import shrink_video
from ...datasets.video.cache_index import SUFFIX
from ...utils import read_config
from . import loading, step
from .loop import measure_loop
from .report import SHRUNK, Rates, Videos, write_report
from .synthetic import SYNTHETIC, write_synthetic

SHORT_SIDE = 128  # that our configs resize to, in pixels


class Measured(NamedTuple):
    """What :func:`measure` returns, in the order of :func:`write_report`.

    Attributes:
        videos (dict): CPU time of each round, by video and variant.
        rates (dict): Videos a second, by video and variant.
        seconds (dict, optional): Of training steps, by variant.
        memory (dict, optional): Peak in bytes of training, by variant.
        loop (dict, optional): Wall seconds of :func:`measure_loop`.
    """

    videos: Videos
    rates: Rates
    seconds: Optional[Dict[str, List[float]]]
    memory: Optional[Dict[str, int]]
    loop: Optional[Dict[str, List[float]]]


def find_videos(
    paths: Sequence[str], folder: str, shrink: bool = True
) -> Dict[str, str]:
    """Name the videos to measure, and write those that are missing.

    Args:
        paths (Sequence[str]): Video files; without any, two synthetic ones
            are written.
        folder (str): Where synthetic videos and smaller copies are written.
        shrink (bool): Whether a smaller copy of each is measured, too.

    Returns:
        dict[str, str]: Paths by the names of the table, each before its
        smaller copy.

    Raises:
        ValueError: If two files have the same name.
    """
    if not paths:
        paths = [osp.join(folder, name) for name in SYNTHETIC]
        for path in paths:
            write_synthetic(path, **SYNTHETIC[osp.basename(path)])
    videos: Dict[str, str] = {}
    for i, path in enumerate(paths):
        name = osp.basename(path)
        if name in videos:
            raise ValueError(f'{path!r}: another video is named {name!r} too')
        videos[name] = path
        if shrink:
            copy = osp.join(folder, f'{i}.mp4')
            shrink_video((path, copy), SHORT_SIDE, key_interval=8)
            videos[name + SHRUNK] = copy
    return videos


def write_cache(path: str, folder: str) -> str:
    """Cache the frames of a video, with the short side of the others.

    Args:
        path (str): The video.
        folder (str): Of the cache, which must not exist.

    Returns:
        str: The folder.
    """
    os.mkdir(folder)
    file = osp.join(folder, f'{osp.basename(path)}{SUFFIX}')
    cache_video((path, file), folder, SHORT_SIDE)
    return folder


def measure_memory(config: str, batch_size: int) -> Dict[str, int]:
    """Measure the peak memory of training, each variant in its own process.

    Args:
        config (str): File of an SKD-SRL config.
        batch_size (int): Videos of a step.

    Returns:
        dict[str, int]: Bytes, by variant.
    """
    memory = {}
    for name in (step.SKDSRL, step.CE_ONLY):
        done = subprocess.run(
            [sys.executable, '-m', step.__name__]
            + [config, name, str(batch_size)],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        memory[name] = int(done.stdout.split()[-1])
    return memory


def measure(
    config: str,
    videos: Dict[str, str],
    folder: str,
    rounds: int = 20,
    workers: int = 2,
    batches: int = 8,
    steps: int = 5,
    batch_size: int = 8,
) -> Measured:
    """Measure a config's training steps, and its loading of videos.

    The number of threads of this process is set to 1, as in the workers of a
    DataLoader.

    Args:
        config (str): File of an SKD-SRL config.
        videos (dict[str, str]): Paths by name, see :func:`find_videos`.
        folder (str): Where their frames are cached.
        rounds (int): Rounds of each video.
        workers (int): Of the DataLoader; 0 leaves it out.
        batches (int): Of 8 videos, from the DataLoader.
        steps (int): Training steps; 0 leaves them out. The training loop
            is measured with workers, on the first video.
        batch_size (int): Videos of a step.

    Returns:
        Measured: All that :func:`write_report` needs.
    """
    init_default_scope('mmaction')
    cfg = read_config(config)
    transforms = cfg.train_dataloader.dataset.pipeline
    seconds = memory = loop = None
    if steps:
        # The peak of a child starts at its parent's, so this is first.
        memory = measure_memory(config, batch_size)
        seconds = step.measure_steps(cfg, batch_size, steps)
    caches = {
        name: write_cache(path, osp.join(folder, f'{name}, cached'))
        for name, path in videos.items()
    }
    if steps and workers:
        path, cache = next(iter(videos.values())), next(iter(caches.values()))
        loop = measure_loop(
            cfg,
            osp.basename(path),
            cache,
            osp.join(folder, 'training loop'),
            workers,
            batch_size,
            steps,
        )
    loading.set_up_worker()
    measured, rates = {}, {}
    for name, path in track(
        videos.items(), 'loading videos', console=Console(stderr=True)
    ):
        cache = caches[name]
        measured[name] = loading.measure_video(path, transforms, cache, rounds)
        if workers:
            rates[name] = loading.measure_loader(
                path, transforms, cache, workers, batches, rounds=3
            )
    return Measured(measured, rates, seconds, memory, loop)


def benchmark_pipeline(
    out: str,
    config: str,
    paths: Sequence[str] = (),
    shrink: bool = True,
    rounds: int = 20,
    workers: int = 2,
    **options: int,
) -> str:
    """Measure loading and training steps, and write table and plot.

    Args:
        out (str): Folder for ``table.md`` and ``plot.png``.
        config (str): File of an SKD-SRL config.
        paths (Sequence[str]): See :func:`find_videos`.
        shrink (bool): See :func:`find_videos`.
        rounds (int): See :func:`measure`.
        workers (int): See :func:`measure`.
        **options: Further ones of :func:`measure`.

    Returns:
        str: What ``table.md`` holds.
    """
    os.makedirs(out, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        videos = find_videos(paths, folder, shrink)
        measured = measure(config, videos, folder, rounds, workers, **options)
    footer = (
        f'{os.cpu_count()} CPU cores, load {os.getloadavg()[0]:.1f}; '
        f'{rounds} rounds; {workers} workers; PyAV {av.__version__}.'
    )
    return write_report(out, *measured, footer)
