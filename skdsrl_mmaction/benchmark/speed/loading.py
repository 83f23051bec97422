"""What loading a video costs, by loader and stage, against the host's own.

In every round each variant loads the same clips, one variant after the other,
so that what else the machine does hits all of them alike.
"""

import time
from collections import defaultdict
from typing import Any, Callable, Dict, List, Sequence

import cv2
import numpy as np
import torch
from mmaction.datasets.transforms import SampleFrames
from mmengine.dataset import Compose, pseudo_collate
from torch.utils.data import DataLoader, Dataset

from ...datasets.transforms import SampleTwoClips, SiameseTwoView
from ...datasets.video import PyAVReader

STOCK, OURS, FLOOR = 'stock, twice', 'ours, {}', 'decoding alone'
# The host has no blur and no channel splitting. Its ColorJitter draws
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
    """Clips of 16 frames, the next ones where ``places`` say, in [0, 1]."""

    def __init__(self) -> None:
        super().__init__(clip_len=16)
        self.places = iter(np.random.rand, None)

    def _sample_clips(self, num_frames: int, ori_clip_len: float) -> Any:
        last = max(num_frames - ori_clip_len, 0)
        return np.array([round(next(self.places) * last)])


class _Stopwatch:
    """A transform that adds up its CPU time, without that of its parts."""

    def __init__(self, transform: Callable, stages: Dict[str, float]) -> None:
        self.transform, self.stages = transform, stages
        self.stage = _STAGE_OF.get(type(transform).__name__, 'operators')

    def __call__(self, results: dict) -> dict:
        parts = -sum(self.stages.values())
        start = time.process_time()
        results = self.transform(results)
        taken = 1000 * (time.process_time() - start)
        parts += sum(self.stages.values())
        self.stages[self.stage] += taken - parts
        return results


class Variant:
    """One way to make two views of a video.

    Args:
        pipeline (list[dict]): Transforms.
        runs (int): How often they are run for two views: once or twice.
    """

    def __init__(self, pipeline: Sequence[dict], runs: int) -> None:
        self.runs = runs
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
        """Make both views, and add up the time in ``stages``.

        Args:
            path (str): The video.

        Returns:
            list[dict]: What each run of the transforms gives.
        """
        samples = []
        for _ in range(self.runs):
            sample = dict(filename=path, start_index=0, modality='RGB')
            for transform in self.transforms:
                sample = transform(sample)
            samples.append(sample)
        return samples


def make_variants(train_pipeline: Sequence[dict]) -> Dict[str, Variant]:
    """The host's transforms run twice, and ours with each loader.

    Args:
        train_pipeline (list[dict]): Ours; ``VideoInit`` stands first.

    Returns:
        dict[str, Variant]: By the names of the table.
    """
    variants = {STOCK: Variant(STOCK_PIPELINE, runs=2)}
    for backend in ('decord', 'pyav'):
        opener = dict(train_pipeline[0], backend=backend)
        variants[OURS.format(backend)] = Variant(
            [opener, *train_pipeline[1:]], runs=1
        )
    return variants


class _BareReader(PyAVReader):
    """Decodes what is wanted, and makes no pixels of it."""

    def _rgb(self, frame: Any) -> np.ndarray:
        return np.empty(0)


def decode_alone(path: str, places: Sequence[float]) -> float:
    """Decode two clips, from the key frame before each, and nothing else.

    Args:
        path (str): The video.
        places (Sequence[float]): Of the clips, in [0, 1].

    Returns:
        float: CPU milliseconds, without those of opening the file.
    """
    reader, sampler = _BareReader(path), PlannedFrames()
    sampler.places = iter(places)
    video = dict(total_frames=len(reader), start_index=0)
    clips = [sampler(dict(video))['frame_inds'] for _ in places]
    start = time.process_time()
    reader.get_batch(np.concatenate(clips))
    return 1000 * (time.process_time() - start)


def measure_video(
    path: str, train_pipeline: Sequence[dict], rounds: int, seed: int = 0
) -> Dict[str, Rounds]:
    """Load one video again and again, in every way.

    Args:
        path (str): The video.
        train_pipeline (list[dict]): Ours; ``VideoInit`` stands first.
        rounds (int): How often each variant is measured, after a round that
            is not.
        seed (int): Of the places of the clips. Defaults to 0.

    Returns:
        dict[str, Rounds]: For each variant, and for decoding alone.
    """
    variants = make_variants(train_pipeline)
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
    def __init__(self, variant: Variant, path: str, samples: int) -> None:
        self.variant, self.path, self.samples = variant, path, samples

    def __len__(self) -> int:
        return self.samples

    def __getitem__(self, i: int) -> List[dict]:
        return self.variant.load(self.path)


def measure_loader(
    path: str,
    train_pipeline: Sequence[dict],
    workers: int,
    batches: int,
    rounds: int,
) -> Dict[str, List[float]]:
    """Videos that a DataLoader delivers in a second, both views of each.

    Args:
        path (str): The video, delivered again and again.
        train_pipeline (list[dict]): Ours; ``VideoInit`` stands first.
        workers (int): Processes.
        batches (int): Of 8 videos, in each round, after one that is not
            measured.
        rounds (int): How often each variant is measured.

    Returns:
        dict[str, list[float]]: For each variant, of each round.
    """
    variants = make_variants(train_pipeline)
    rates: Dict[str, List[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, variant in variants.items():
            loader = DataLoader(
                _Views(variant, path, 8 * (1 + batches)),
                batch_size=8,
                num_workers=workers,
                collate_fn=pseudo_collate,
                worker_init_fn=set_up_worker,
                multiprocessing_context='fork',
            )
            delivered = iter(loader)
            next(delivered)
            start = time.perf_counter()
            for _ in delivered:
                pass
            seconds = time.perf_counter() - start
            rates[name].append(8 * batches / seconds)
    return rates


def set_up_worker(worker: int = 0) -> None:
    """One thread, as the host gives its workers; other draws in each."""
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    np.random.seed(worker)
