"""Resumed runs of networks that learn from their own past."""

import signal

import pytest
from mmengine.config import Config

from skdsrl_mmaction.mixing import add_mechanism
from tests.support.drawing import (
    assert_equal,
    plain_text,
    stopped,
    train,
    weights,
)
from tests.support.stock import stock_recognizer


@pytest.fixture(autouse=True)
def unformatted_config(monkeypatch):
    plain_text(monkeypatch)


def config(folder, work_dir, mechanism, by_epoch=True):
    """8 videos, 4 in a batch: 3 epochs of 2 steps, each validated."""

    def loader(name, training):
        steps = [
            dict(type='DecordInit'),
            dict(type='SampleFrames', clip_len=4, test_mode=not training),
            dict(type='DecordDecode'),
            dict(type='Resize', scale=(32, 32), keep_ratio=False),
            *([dict(type='Flip', flip_ratio=0.5)] if training else []),
            dict(type='FormatShape', input_format='NCTHW'),
            dict(type='PackActionInputs'),
        ]
        return dict(
            batch_size=4,
            num_workers=0,
            sampler=dict(type='DefaultSampler', shuffle=training),
            dataset=dict(
                type='VideoDataset',
                ann_file=str(folder / name),
                data_prefix=dict(video=str(folder)),
                pipeline=steps,
                test_mode=not training,
            ),
        )

    train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=3)
    if not by_epoch:
        train_cfg = dict(type='IterBasedTrainLoop', max_iters=6)
        train_cfg.update(val_interval=2)
    checkpoint = dict(type='CheckpointHook', by_epoch=by_epoch)
    cfg = Config(
        dict(
            default_scope='mmaction',
            work_dir=str(work_dir),
            model=stock_recognizer(),
            train_dataloader=loader('train.txt', True),
            train_cfg=train_cfg,
            val_dataloader=loader('val.txt', False),
            val_cfg=dict(type='ValLoop'),
            val_evaluator=dict(type='AccMetric'),
            optim_wrapper=dict(
                optimizer=dict(type='SGD', lr=0.01, momentum=0.9)
            ),
            default_hooks=dict(
                checkpoint=dict(checkpoint, interval=1 if by_epoch else 2),
                draw=None,
            ),
            randomness=dict(seed=5, deterministic=True),
            log_level='ERROR',
        )
    )
    cfg = add_mechanism(cfg, mechanism)
    if mechanism == 'selfkd-best':
        cfg.model.train_heads[0].update(loss_weight=10)
    return cfg


def state_of(runner):
    """All weights and memories, the teacher's too."""
    state = weights(runner)
    for teacher in runner.model._teacher:
        teacher = teacher.state_dict().items()
        state.update({f'teacher.{key}': x for key, x in teacher})
    return state


@pytest.mark.slow
@pytest.mark.parametrize(
    'mechanism, by_epoch',
    [
        ('cskd', True),
        ('cskd', False),
        ('pskd', True),
        ('pskd', False),
        ('selfkd-best', True),
        ('selfkd-best', False),
        ('byol', True),
    ],
)
def test_resumed(tiny_dataset, tmp_path, mechanism, by_epoch):
    """Killed in the third pass over the videos, or stopped in the second."""

    def of(name):
        return config(tiny_dataset, tmp_path / name, mechanism, by_epoch)

    runner = train(of('unbroken'))
    unbroken = state_of(runner)
    head = runner.model.heads()[-1]
    if mechanism == 'pskd':
        assert head.progress == 1 and head.past.sum(dim=1).min() > 0.99
    if mechanism == 'byol':
        assert head.target_recognizer.steps == 6
    assert bool(runner.model._teacher) == (mechanism == 'selfkd-best')

    assert train(of('killed'), ('before_train_iter', 6)) is None
    assert_equal(state_of(train(of('killed'), resume='auto')), unbroken)
    stopped(of('stopped'), signal.SIGTERM, 'before_train_iter', 3)
    assert (tmp_path / 'stopped/iter_3.pth').exists()
    assert_equal(state_of(train(of('stopped'), resume='auto')), unbroken)
