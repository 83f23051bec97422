"""The description of data changes with its content, not with its place."""

import os
import shutil

import pytest
from mmengine.config import Config

from skdsrl_mmaction.benchmark.comparison.data import (
    describe_data,
    describe_weights,
)
from tests.support.caches import write_cache
from tests.support.tiny import tiny_config


@pytest.fixture
def folder(tiny_dataset, tmp_path):
    """A copy of the data with the original times of change."""
    copy = tmp_path / 'copy'
    shutil.copytree(tiny_dataset, copy, copy_function=shutil.copy2)
    return copy


def describe(folder, **options):
    cfg = tiny_config(folder)
    cfg.merge_from_dict(options)
    return describe_data(cfg)


def test_description(tiny_dataset, folder):
    found = describe(tiny_dataset)
    assert set(found) == {'train', 'val', 'test'}
    (train,), (test,) = found['train'], found['test']
    assert train['ann_file'].startswith('8 samples, sha256 ')
    assert test['videos'].startswith('4 files, 0 absent, sha256 ')
    assert str(tiny_dataset) not in str(found)
    assert describe(folder) == found  # the same files at another place


def test_without_validation(tiny_dataset):
    cfg = tiny_config(tiny_dataset)
    cfg.val_dataloader = None
    assert set(describe_data(cfg)) == {'train', 'test'}


def test_cached_frames_count_as_their_video(folder, tmp_path):
    """Runs on them have the same results, so the same keys."""
    cache = write_cache(folder, tmp_path / 'cache', 24)
    for name in 'train.txt', 'val.txt':
        shutil.copy(folder / name, cache / name)
    before = describe(folder)
    assert describe(cache) == before
    os.utime(folder / '2.mp4', (1, 1))
    assert describe(cache) == before  # that is what was cached
    write_cache(folder, cache, 24)
    assert describe(cache) == describe(folder) != before


def test_another_annotation_file(folder):
    before = describe(folder)
    text = (folder / 'train.txt').read_text()
    (folder / 'train.txt').write_text(text.replace('1.mp4 1', '1.mp4 2'))
    after = describe(folder)
    assert after['train'][0]['ann_file'] != before['train'][0]['ann_file']
    assert after['train'][0]['videos'] == before['train'][0]['videos']
    assert after['test'] == before['test']


@pytest.mark.parametrize('change', ['time', 'size', 'absent'])
def test_another_video(folder, change):
    before = describe(folder)
    video = folder / '2.mp4'  # of the training split
    if change == 'time':
        os.utime(video, (1, 1))
    elif change == 'size':
        times = video.stat()
        with video.open('ab') as file:
            file.write(b'\0')
        os.utime(video, ns=(times.st_atime_ns, times.st_mtime_ns))
    else:
        video.unlink()
    after = describe(folder)
    assert after['train'][0]['videos'] != before['train'][0]['videos']
    assert after['train'][0]['ann_file'] == before['train'][0]['ann_file']
    assert after['test'] == before['test']


def test_data_sets_in_wrappers(tiny_dataset):
    cfg = tiny_config(tiny_dataset)
    (train,) = describe_data(cfg)['train']
    inner = cfg.train_dataloader.dataset.to_dict()
    cfg.train_dataloader.dataset = Config(
        dict(type='ConcatDataset', datasets=[inner, inner])
    )._cfg_dict
    assert describe_data(cfg)['train'] == [train, train]


def test_weights(tmp_path):
    path = tmp_path / 'a.pth'
    config = dict(
        load_from=str(path),
        model=dict(init_cfg=[dict(type='Pretrained', checkpoint=str(path))]),
        default_hooks=dict(checkpoint=dict(interval=1)),
        resume=None,
    )
    assert describe_weights(config) == config  # as yet there is no such file
    path.write_text('1')
    found = describe_weights(config)
    assert found['load_from'].startswith('a.pth, ')
    assert found['model']['init_cfg'][0]['checkpoint'] == found['load_from']
    assert found['default_hooks'] == config['default_hooks']
    path.write_text('22')
    assert describe_weights(config)['load_from'] != found['load_from']
    url = dict(load_from='https://a/b.pth')
    assert describe_weights(url) == url
