"""Measure the CPU time of loading a video, by loader and stage.

In every round each variant, MMAction2's own transforms among them, loads the
same clips, one variant after the other, so that other load of the machine
affects all of them alike.
"""

import os.path as osp
import sys
import time
from collections import defaultdict
from typing import Any, Callable, Dict, List, Optional, Sequence

import cv2
import numpy as np
import torch
from mmaction.datasets.transforms import SampleFrames
from mmengine.dataset import Compose, pseudo_collate
from torch.utils.data import DataLoader, Dataset

from ...datasets.handover import share_batches
from ...datasets.transforms import SampleTwoClips, SiameseTwoView
from ...datasets.video import PyAVReader

STOCK, OURS, FLOOR = 'stock, twice', 'ours, {}', 'decoding alone'
# MMAction2 has no blur and no channel splitting. Its ColorJitter draws
# brightness, contrast, saturation and hue, each with probability 0.5.
STOCK_PIPELINE = [
    dict(type='DecordInit'),
    dict(type='SampleFrames', clip_len=16),
    dict(type='DecordDecode'),
    dict(type='Resize', scale=(-1, 128)),
    dict(type='RandomCrop', size=112),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='ColorJitter', brightness=0.25, contrast=0.5, hue=0.1),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
STAGES = ('open', 'decode', 'resize, crop, flip', 'operators', 'layout')
_STAGE_OF = dict(  # all others are operators
    DecordInit='open',
    VideoInit='open',
    PlannedFrames='open',
    SampleTwoClips='open',
    DecordDecode='decode',
    Resize='resize, crop, flip',
    RandomCrop='resize, crop, flip',
    Flip='resize, crop, flip',
    SiameseTwoView='layout',
    FormatShape='layout',
    PackActionInputs='layout',
)

# CPU milliseconds of each stage, for each round.
Rounds = List[Dict[str, float]]


class PlannedFrames(SampleFrames):
    """Sample clips of 16 frames at the next ``places``, each in [0, 1]."""

    def __init__(self) -> None:
        super().__init__(clip_len=16)
        self.places = iter(np.random.rand, None)

    def _sample_clips(self, num_frames: int, ori_clip_len: float) -> Any:
        last = max(num_frames - ori_clip_len, 0)
        return np.array([round(next(self.places) * last)])


class _Stopwatch:
    """Wrap a transform and add up its CPU time, without that of its parts."""

    def __init__(self, transform: Callable, stages: Dict[str, float]) -> None:
        self.transform, self.stages = transform, stages
        self.stage = _STAGE_OF.get(type(transform).__name__, 'operators')

    def __call__(self, results: dict) -> dict:
        parts = -sum(self.stages.values())
        start = time.process_time()
        results = self.transform(results)
        spent = 1000 * (time.process_time() - start)
        parts += sum(self.stages.values())
        self.stages[self.stage] += spent - parts
        return results


class Variant:
    """One way to make two views of a video.

    Args:
        pipeline (list[dict]): Transforms.
        runs (int): Runs of the transforms for two views: 1 or 2.
        cache (str, optional): Folder with the cached frames of the videos,
            which are read in their place. Defaults to None.
    """

    def __init__(
        self, pipeline: Sequence[dict], runs: int, cache: Optional[str] = None
    ) -> None:
        self.runs = runs
        self.cache = cache
        self.sampler = PlannedFrames()
        self.stages: Dict[str, float] = defaultdict(float)
        self.transforms = self._prepare(Compose(pipeline).transforms)

    def _prepare(self, transforms: Sequence[Callable]) -> List[Callable]:
        prepared = []
        for transform in transforms:
            if isinstance(transform, SampleFrames):
                transform = self.sampler
            elif isinstance(transform, SampleTwoClips):
                transform.sampler = self.sampler
            elif isinstance(transform, SiameseTwoView):
                views = transform.transforms
                views.transforms = self._prepare(views.transforms)
            prepared.append(_Stopwatch(transform, self.stages))
        return prepared

    def load(self, path: str) -> List[dict]:
        """Make both views, and add their CPU time to ``stages``.

        Args:
            path (str): The video.

        Returns:
            list[dict]: What each run of the transforms returns.
        """
        if self.cache is not None:
            path = osp.join(self.cache, osp.basename(path))
        samples = []
        for _ in range(self.runs):
            sample = dict(
                filename=path, label=0, start_index=0, modality='RGB'
            )
            for transform in self.transforms:
                sample = transform(sample)
            samples.append(sample)
        return samples


def make_variants(
    train_pipeline: Sequence[dict], cache: str
) -> Dict[str, Variant]:
    """Build MMAction2's transforms, run twice, and ours with each loader.

    Args:
        train_pipeline (list[dict]): Ours; ``VideoInit`` is first.
        cache (str): Folder with the cached frames of the videos.

    Returns:
        dict[str, Variant]: By the names of the table.
    """
    variants = {STOCK: Variant(STOCK_PIPELINE, runs=2)}
    for backend in ('decord', 'pyav'):
        opener = dict(train_pipeline[0], backend=backend)
        variants[OURS.format(backend)] = Variant(
            [opener, *train_pipeline[1:]], runs=1
        )
    variants[OURS.format('cached')] = Variant(train_pipeline, 1, cache)
    return variants


class _BareReader(PyAVReader):
    """Decode the wanted frames without conversion to RGB."""

    def _rgb(self, frame: Any) -> np.ndarray:
        return np.empty(0)


def decode_alone(path: str, places: Sequence[float]) -> float:
    """Measure decoding two clips alone, from the key frame before each.

    Args:
        path (str): The video.
        places (Sequence[float]): Positions of the clips, in [0, 1].

    Returns:
        float: CPU milliseconds, without opening the file.
    """
    reader, sampler = _BareReader(path), PlannedFrames()
    sampler.places = iter(places)
    video = dict(total_frames=len(reader), start_index=0)
    clips = [sampler(dict(video))['frame_inds'] for _ in places]
    start = time.process_time()
    reader.get_batch(np.concatenate(clips))
    return 1000 * (time.process_time() - start)


def measure_video(
    path: str,
    train_pipeline: Sequence[dict],
    cache: str,
    rounds: int,
    seed: int = 0,
) -> Dict[str, Rounds]:
    """Measure the loading of one video by every variant.

    Args:
        path (str): The video.
        train_pipeline (list[dict]): Ours; ``VideoInit`` is first.
        cache (str): Folder with the cached frames of the video.
        rounds (int): Measured rounds, after one that is not measured.
        seed (int): Seed of the positions of the clips. Defaults to 0.

    Returns:
        dict[str, Rounds]: For each variant, and for decoding alone.
    """
    variants = make_variants(train_pipeline, cache)
    rounds_of: Dict[str, Rounds] = defaultdict(list)
    rng = np.random.default_rng(seed)
    for i in range(1 + rounds):
        places = rng.random(2)
        for name, variant in variants.items():
            np.random.seed(seed + i)
            variant.sampler.places = iter(places)
            variant.stages.clear()
            variant.load(path)
            rounds_of[name].append(dict(variant.stages))
        rounds_of[FLOOR].append(dict(decode=decode_alone(path, places)))
    return {name: measured[1:] for name, measured in rounds_of.items()}


class _Views(Dataset):
    """An endless data set that makes the views of one video.

    Args:
        variant (Variant): How they are made.
        path (str): The video.
    """

    def __init__(self, variant: Variant, path: str) -> None:
        self.variant, self.path = variant, path

    def __len__(self) -> int:
        return sys.maxsize

    def __getitem__(self, i: int) -> List[dict]:
        return self.variant.load(self.path)


def measure_loader(
    path: str,
    train_pipeline: Sequence[dict],
    cache: str,
    workers: int,
    batches: int,
    rounds: int,
    seconds: float = 2,
) -> Dict[str, List[float]]:
    """Measure the throughput of a DataLoader, both views of each video.

    Args:
        path (str): The video; every sample is one of it.
        train_pipeline (list[dict]): Ours; ``VideoInit`` is first.
        cache (str): Folder with the cached frames of the video.
        workers (int): Processes of the DataLoader.
        batches (int): Batches of 8 videos in each round, at least, after one
            of each worker that is not measured.
        rounds (int): Measured rounds of each variant.
        seconds (float): Time of each round, at least. Defaults to 2.

    Returns:
        dict[str, list[float]]: Videos a second, by variant and round.
    """
    variants = make_variants(train_pipeline, cache)
    rates: Dict[str, List[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, variant in variants.items():
            loader = DataLoader(
                _Views(variant, path),
                batch_size=8,
                num_workers=workers,
                collate_fn=pseudo_collate,
                worker_init_fn=set_up_worker,
                multiprocessing_context='fork',
            )
            if name != STOCK:  # as our train loops do
                share_batches(loader)
            delivered = iter(loader)
            for _ in range(workers):
                next(delivered)
            start, done, spent = time.perf_counter(), 0, 0.0
            while done < batches or spent < seconds:
                next(delivered)
                done, spent = done + 1, time.perf_counter() - start
            rates[name].append(8 * done / spent)
    return rates


def set_up_worker(worker: int = 0) -> None:
    """Use one thread, as MMEngine's workers do, and a seed of its own.

    Args:
        worker (int): Number of the worker; 0 for the main process.
    """
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    np.random.seed(worker)
