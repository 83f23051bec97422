"""Cached frames must be those that a pipeline makes."""

import copy
import os

import numpy as np
import pytest
from mmaction.registry import TRANSFORMS

from skdsrl_mmaction.datasets.video.cache_index import Entry, add_entry
from skdsrl_mmaction.engine import check_data
from tests.support.tiny import tiny_config

SPLITS = ['train', 'val', 'test']


@pytest.fixture
def cfg(tiny_dataset, tmp_path):
    """All data is in a cache of short side 128, as our configs resize."""
    cfg = tiny_config(tiny_dataset)
    folder = tmp_path / 'cache'
    folder.mkdir()
    for video in tiny_dataset.glob('*.mp4'):
        stamp = video.stat().st_size, video.stat().st_mtime_ns
        add_entry(str(folder), Entry(video.name, str(video), *stamp, 128, 25))
        (folder / f'{video.name}.npy').touch()
    for split in SPLITS:
        dataset = cfg[f'{split}_dataloader'].dataset
        dataset.data_prefix.video = str(folder)
        dataset.pipeline = copy.deepcopy(dataset.pipeline)
    return cfg


def test_our_configs_pass(cfg):
    check_data(cfg, SPLITS)


@pytest.mark.parametrize(
    'scale', [(128, -1), (np.inf, 128), (128, np.inf), (-1, 128)]
)
def test_scales_that_are_the_same(cfg, scale):
    cfg.val_dataloader.dataset.pipeline[3].scale = scale
    check_data(cfg, ['val'])


@pytest.mark.parametrize(
    'step, problem',
    [
        (dict(scale=(-1, 112)), r'its scale is \(-1, 112\)'),
        (dict(scale=(171, 128)), r'its scale is \(171, 128\)'),
        (dict(scale=0.5), 'its scale is 0.5'),
        (dict(keep_ratio=False), 'its keep_ratio is False'),
        (dict(interpolation='area'), "its interpolation is 'area'"),
        (dict(lazy=True), 'its lazy is True'),
        (dict(type='RandomRescale'), 'it is RandomRescale'),
        (dict(type='CenterCrop'), 'it is CenterCrop'),
    ],
)
@pytest.mark.parametrize('split', ['train', 'test'])
def test_other_pixels_are_refused(cfg, split, step, problem):
    pipeline = cfg[f'{split}_dataloader'].dataset.pipeline
    if split == 'train':
        pipeline = pipeline[3].transforms
    place = 0 if split == 'train' else 3
    pipeline[place].update(step)
    with pytest.raises(
        ValueError,
        match=rf'{split}_dataloader.dataset.pipeline: .*Resize\(scale=\(-1, '
        rf'128\), keep_ratio=True.*cached in .*but {problem}; change it',
    ):
        check_data(cfg, [split])


def test_a_loader_that_reads_no_cache(cfg):
    cfg.val_dataloader.dataset.pipeline[0].type = 'DecordInit'
    with pytest.raises(
        ValueError, match='val_data.*by VideoInit, not by DecordInit: .*cache'
    ):
        check_data(cfg, ['val'])


@TRANSFORMS.register_module()
class OwnCachedInit(TRANSFORMS.get('VideoInit')):
    """A subclass."""


def test_subclasses_read_it(cfg):
    cfg.val_dataloader.dataset.pipeline[0].type = 'OwnCachedInit'
    check_data(cfg, ['val'])


def test_videos_beside_a_cache_are_not_cached(cfg, tiny_dataset):
    """Scales matter for those in the index alone."""
    dataset = cfg.val_dataloader.dataset
    dataset.pipeline[3].scale = (-1, 64)
    dataset.data_prefix.video = str(tiny_dataset)
    check_data(cfg, ['val'])


def test_changed_videos(cfg, tiny_dataset):
    video = tiny_dataset / '9.mp4'
    status = video.stat()
    os.utime(video, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    try:
        with pytest.raises(
            ValueError,
            match=r"val_dataloader.dataset: 1 videos, as '.*9.mp4', have "
            'changed since.*cache_frames.py again',
        ):
            check_data(cfg, ['val'])
    finally:
        os.utime(video, ns=(status.st_atime_ns, status.st_mtime_ns))
