"""Resumed runs with repeated augmentation and blended batches."""

import signal

import pytest
from mmaction.models import CutmixBlending, MixupBlending
from mmengine.config import Config

from skdsrl_mmaction.mixing import add_skdsrl
from tests.support.drawing import (
    assert_equal,
    plain_text,
    stopped,
    train,
    weights,
)
from tests.support.stock import stock_recognizer

BLENDINGS = [
    dict(type='MixupBlending', num_classes=3, alpha=0.8),
    dict(type='CutmixBlending', num_classes=3, alpha=1.0),
]


@pytest.fixture(autouse=True)
def unformatted_config(monkeypatch):
    plain_text(monkeypatch)


def config(folder, work_dir, skdsrl, workers):
    """8 videos, 2 in a batch, each repeated twice; 2 epochs."""
    pipeline = [
        dict(type='DecordInit'),
        dict(type='SampleFrames', clip_len=4),
        dict(type='DecordDecode'),
        dict(type='RandomResizedCrop'),
        dict(type='Resize', scale=(32, 32), keep_ratio=False),
        dict(type='Flip', flip_ratio=0.5),
        dict(type='FormatShape', input_format='NCTHW'),
        dict(type='PackActionInputs'),
    ]
    dataset = dict(
        type='RepeatAugDataset',
        num_repeats=2,
        ann_file=str(folder / 'train.txt'),
        data_prefix=dict(video=str(folder)),
        pipeline=pipeline,
    )
    cfg = Config(
        dict(
            default_scope='mmaction',
            work_dir=str(work_dir),
            model=stock_recognizer(
                blending=dict(type='RandomBatchAugment', augments=BLENDINGS)
            ),
            train_dataloader=dict(
                batch_size=2,
                num_workers=workers,
                sampler=dict(type='DefaultSampler', shuffle=True),
                collate_fn=dict(type='repeat_pseudo_collate'),
                dataset=dataset,
            ),
            train_cfg=dict(type='EpochBasedTrainLoop', max_epochs=2),
            optim_wrapper=dict(
                optimizer=dict(type='SGD', lr=0.01, momentum=0.9)
            ),
            randomness=dict(seed=5, deterministic=True),
            log_level='ERROR',
        )
    )
    if skdsrl:
        cfg = add_skdsrl(cfg)
        cfg.model.siamese_head.update(proj_channels=16, pred_channels=8)
    return cfg


@pytest.mark.slow
@pytest.mark.parametrize('skdsrl, workers', [(False, 0), (True, 2)])
def test_resumed(tiny_dataset, tmp_path, monkeypatch, skdsrl, workers):
    """Killed in the second epoch, or stopped within the first."""
    used = set()

    def watch(blending):
        blend = blending.do_blending

        def do_blending(self, imgs, label):
            used.add((blending, len(imgs)))
            return blend(self, imgs, label)

        monkeypatch.setattr(blending, 'do_blending', do_blending)

    watch(MixupBlending)
    watch(CutmixBlending)

    def of(name):
        return config(tiny_dataset, tmp_path / name, skdsrl, workers)

    unbroken = weights(train(of('unbroken')))
    assert used == {(MixupBlending, 4), (CutmixBlending, 4)}
    assert train(of('killed'), ('before_train_iter', 7)) is None
    resumed = train(of('killed'), resume='auto')
    assert_equal(weights(resumed), unbroken)
    stopped(of('stopped'), signal.SIGTERM, 'before_train_iter', 3)
    assert (tmp_path / 'stopped/iter_3.pth').exists()
    resumed = train(of('stopped'), resume='auto')
    assert_equal(weights(resumed), unbroken)
