"""The samples that are drawn are those that training sees."""

import numpy as np
import pytest
import torch
from mmengine.config import Config

from skdsrl_mmaction.datasets.bad_videos import BadVideoRecord
from skdsrl_mmaction.engine import build_trainer, guard_videos
from skdsrl_mmaction.utils import read_config
from skdsrl_mmaction.visualization.browse import browse
from tests.support.small_run import small_loader, steps
from tests.support.tiny import tiny_config

CLASSES = ['run', 'walk', 'jump']


@pytest.fixture
def cfg(tiny_dataset):
    cfg = tiny_config(tiny_dataset)
    cfg.train_dataloader.dataset.metainfo = dict(classes=CLASSES)
    return cfg


def first_batch(cfg, work_dir, seed):
    cfg = Config(cfg.to_dict())
    cfg.update(work_dir=str(work_dir), randomness=dict(seed=seed))
    cfg.experiment_name = work_dir.name
    trainer = build_trainer(cfg)
    guard_videos(trainer)
    return next(iter(trainer.train_loop.dataloader))


def test_samples_are_those_of_a_run_with_this_seed(cfg, tmp_path):
    batch = first_batch(cfg, tmp_path, seed=3)
    shown = list(browse(cfg, num=4, seed=3))
    assert len(shown) == len(batch['inputs']) == 4
    for sample, inputs, packed in zip(
        shown, batch['inputs'], batch['data_samples']
    ):
        frames = np.stack([view.frames for view in sample.views])
        assert torch.equal(
            torch.from_numpy(frames).permute(0, 4, 1, 2, 3), inputs
        )
        assert sample.label == CLASSES[packed.gt_label]
    other = list(browse(cfg, num=4, seed=4))
    assert [x.path for x in other] != [x.path for x in shown]


def test_what_is_said_of_a_sample(cfg, tiny_dataset):
    drawn = set()
    for sample in browse(cfg, num=8):
        number = int(sample.path.split('/')[-1].split('.')[0])
        assert sample.path == str(tiny_dataset / f'{number}.mp4')
        assert sample.label == CLASSES[number % 3]
        assert sample.total == 24
        for view in sample.views:
            assert (np.diff(view.indices) == 1).all()
            assert len(view.indices) == 16
            x, y, width, height = view.crop
            assert 0 <= x <= 1 - width and 0 <= y <= 1 - height
            drawn.update(operator.name for operator in view.operators)
    assert drawn == {
        'Flip',
        'ClipContrast',
        'ClipBrightness',
        'ClipHue',
        'ClipGaussianBlur',
        'ChannelSplit',
    }


def test_config_is_not_modified_and_fewer_samples_are_all(cfg):
    before = cfg.to_dict()
    paths = [sample.path for sample in browse(cfg, num=100)]
    assert len(paths) == len(set(paths)) == 8
    assert cfg.to_dict() == before


def test_splits_in_their_order(cfg, tiny_dataset):
    (sample,) = browse(cfg, 'test', num=1)
    assert sample.path == str(tiny_dataset / '8.mp4')
    names = [view.name for view in sample.views]
    assert names == [f'clip {i} of 10' for i in range(1, 11)]
    assert not any(view.operators for view in sample.views)
    (sample,) = browse(cfg, 'val', num=1)
    assert [view.name for view in sample.views] == ['clip']
    cfg.val_dataloader = None
    with pytest.raises(ValueError, match='val_dataloader: the config has no'):
        next(browse(cfg, 'val'))


def small_config(folder, name, **dataset):
    return Config(
        dict(
            train_dataloader=small_loader(folder, name, **dataset),
            model=dict(data_preprocessor=dict(to_rgb=True)),
        )
    )


def test_colours_that_the_model_swaps(tiny_dataset):
    cfg = small_config(tiny_dataset, 'train.txt')
    (swapped,) = browse(cfg, num=1)
    cfg.model = dict()
    (plain,) = browse(cfg, num=1)
    a, b = swapped.views[0].frames, plain.views[0].frames
    assert np.array_equal(a, b[..., ::-1]) and not np.array_equal(a, b)


def test_repeated_augmentation(tiny_dataset):
    cfg = small_config(
        tiny_dataset,
        'train.txt',
        type='RepeatAugDataset',
        num_repeats=2,
        pipeline=[
            dict(type='DecordInit'),
            dict(type='SampleFrames', clip_len=2),
            dict(type='DecordDecode'),
            *steps()[-2:],
        ],
    )
    paths = [sample.path for sample in browse(cfg, num=3)]
    assert len(paths) == 6 and paths[::2] == paths[1::2]


def test_a_bad_video_is_replaced_as_in_training(tiny_dataset, tmp_path):
    (tmp_path / 'list.txt').write_text('no.mp4 0\n' + '0.mp4 0\n' * 3)
    cfg = small_config(tiny_dataset, 'x')
    cfg.train_dataloader.dataset.ann_file = str(tmp_path / 'list.txt')
    record = BadVideoRecord(str(tmp_path))
    shown = list(browse(cfg, num=4, bad_videos=record))
    assert [x.path for x in shown] == [str(tiny_dataset / '0.mp4')] * 4
    assert [x.reason for x in record.read_new()] == ['missing']
    with pytest.raises(ValueError, match="line 1: cannot read.*no.mp4'"):
        list(browse(cfg, num=4))


def test_stock_config_of_segments(tiny_dataset):
    cfg = read_config(
        'mmaction::recognition/tsn/'
        'tsn_imagenet-pretrained-r50_8xb32-1x1x3-100e_kinetics400-rgb.py'
    )
    cfg.train_dataloader.dataset.ann_file = str(tiny_dataset / 'train.txt')
    cfg.train_dataloader.dataset.data_prefix.video = str(tiny_dataset)
    (sample,) = browse(cfg, num=1)
    (view,) = sample.views
    assert view.name == 'clip' and view.frames.shape == (3, 224, 224, 3)
    assert len(view.indices) == 3 and view.crop is not None


def test_label_map(cfg, tmp_path):
    (tmp_path / 'label_map.txt').write_text('\n'.join(CLASSES))
    for names in str(tmp_path / 'label_map.txt'), None:
        metainfo = dict(classes=names) if names else None
        cfg.train_dataloader.dataset.metainfo = metainfo
        labels = {sample.label for sample in browse(cfg, num=8)}
        assert labels == (
            set(CLASSES) if names else {f'class {i}' for i in range(3)}
        )
