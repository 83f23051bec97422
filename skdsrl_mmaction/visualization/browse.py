"""Make samples of a config as its loader makes them."""

from itertools import islice
from typing import Iterator, Optional

from mmaction.registry import DATASETS
from mmengine.config import Config
from mmengine.registry import init_default_scope

from ..datasets import NumberedSampler, SeededDataset
from ..datasets.bad_videos import (
    BadVideoRecord,
    guard_dataset,
    video_datasets,
)
from ..engine.checks import pack_meta
from .samples import Sample, unpack


def browse(
    cfg: Config,
    split: str = 'train',
    num: int = 8,
    seed: int = 0,
    bad_videos: Optional[BadVideoRecord] = None,
) -> Iterator[Sample]:
    """Make the first samples of a split.

    Those of 'train' are the first ones of epoch 1 of a run with this seed in
    one process: the same videos in the same order, with the same draws.

    Args:
        cfg (Config): The whole config; not modified.
        split (str): 'train', 'val' or 'test'. Defaults to 'train'.
        num (int): How many samples, >= 1; all where there are fewer.
            Defaults to 8.
        seed (int): Of the run. Defaults to 0.
        bad_videos (BadVideoRecord, optional): To which a video that cannot
            be read is added; another one takes its place, as in training.
            Defaults to None, it is an error.

    Yields:
        Sample: Each sample.

    Raises:
        ValueError: If the config has no such split, if a video cannot be
            read, or if the samples are no RGB frames.
    """
    if not cfg.get(f'{split}_dataloader'):
        raise ValueError(f'{split}_dataloader: the config has none')
    loader = Config(cfg.to_dict())[f'{split}_dataloader']
    init_default_scope(cfg.get('default_scope') or 'mmaction')
    pack_meta(loader.dataset)
    dataset = SeededDataset(DATASETS.build(loader.dataset), seed)
    for leaf in video_datasets(dataset):
        guard_dataset(leaf, bad_videos)
    order = loader.get('sampler') or dict(type='DefaultSampler', shuffle=False)
    sampler = NumberedSampler(order, dataset, seed)
    for index in islice(sampler, num):
        found = dataset[index]
        # RepeatAugDataset makes several samples of a video.
        for packed in found if isinstance(found, list) else [found]:
            yield unpack(
                packed['inputs'],
                packed['data_samples'],
                dataset.metainfo.get('classes'),
                to_rgb=_swaps_colours(cfg),
            )


def _swaps_colours(cfg: Config) -> bool:
    preprocessor = cfg.model.get('data_preprocessor') or {}
    return preprocessor.get('to_rgb', False)
