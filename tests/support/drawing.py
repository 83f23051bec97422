"""A run whose every weight depends on every random draw; milliseconds."""

import os
import random
import signal
import time

import numpy as np
import pytest
import torch
from mmaction.registry import DATASETS, HOOKS, METRICS, MODELS
from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.evaluator import BaseMetric
from mmengine.hooks import Hook
from mmengine.model import BaseModel

from skdsrl_mmaction.engine import build_trainer
from skdsrl_mmaction.engine.processes import STOP_SIGNALS


@MODELS.register_module()
class DrawingModel(BaseModel):
    """Draws from each generator in the main process, as dropout would."""

    def __init__(self):
        super().__init__()
        self.norm = torch.nn.BatchNorm1d(4)
        self.layer = torch.nn.Linear(4, 1)

    def forward(self, inputs, index, mode='loss'):
        x = self.norm(torch.stack(inputs))
        if mode != 'loss':
            return [dict(score=score) for score in self.layer(x)]
        x = torch.nn.functional.dropout(x, 0.5, training=True)
        x = x * random.random() + np.random.rand()
        return dict(loss=self.layer(x).square().mean())


@DATASETS.register_module()
class DrawingDataset(BaseDataset):
    """Samples (index, and a draw of each generator).

    Args:
        repeats (int): Eighth part of its length.
    """

    def __init__(self, repeats=1, **kwargs):
        self.repeats = repeats
        super().__init__(**kwargs)

    def load_data_list(self):
        return [dict() for _ in range(8 * self.repeats)]

    def __getitem__(self, index):
        draws = [index, random.random(), np.random.rand(), torch.rand(())]
        return dict(inputs=torch.tensor(draws), index=index)


@METRICS.register_module()
class DrawingMetric(BaseMetric):
    """Sum of all scores."""

    def process(self, data_batch, data_samples):
        self.results.extend(float(x['score']) for x in data_samples)

    def compute_metrics(self, results):
        return dict(top1=sum(results))


@METRICS.register_module()
class RisingMetric(BaseMetric):
    """Better at each validation."""

    value = 10**6

    def process(self, data_batch, data_samples):
        self.results.append(0)

    def compute_metrics(self, results):
        self.value += 1
        return dict(top1=self.value)


class Killed(Exception):
    """Ends a run where it is."""


@HOOKS.register_module()
class KillHook(Hook):
    """Raise :class:`Killed` in a method.

    Args:
        method (str): Of a hook.
        number (int): Which call, from 1.
    """

    priority = 'VERY_HIGH'

    def __init__(self, method='', number=0):
        self.left = number
        if method:
            setattr(self, method, self.count)

    def count(self, *args, **kwargs):
        self.left -= 1
        if self.left == 0:
            raise Killed


@HOOKS.register_module()
class SlowHook(Hook):
    """Make iterations last."""

    def __init__(self, seconds=0.01):
        self.seconds = seconds

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if self.seconds > 1:
            print('slow', flush=True)
        deadline = time.monotonic() + self.seconds
        while time.monotonic() < deadline:
            time.sleep(0.01)


@HOOKS.register_module()
class NoteHook(Hook):
    """Note what is trained on.

    Attributes:
        batches (dict): By iteration: indices and draws, of the last run that
            made it.
    """

    batches = {}

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if 'index' not in data_batch:  # of another data set
            return
        rows = zip(data_batch['index'], data_batch['inputs'])
        self.batches[runner.iter] = [
            (int(index), tuple(inputs.tolist())) for index, inputs in rows
        ]


def drawing_config(work_dir, by_epoch=True, workers=0, **overrides):
    """A stock config: 4 iterations an epoch, 3 epochs or 12 iterations."""
    dataset = dict(type='DrawingDataset', serialize_data=False)
    schedule = dict(type='ReduceOnPlateauLR', monitor='top1', patience=0)
    loader = dict(
        batch_size=2,
        num_workers=workers,
        sampler=dict(type='DefaultSampler', shuffle=True),
        dataset=dataset,
    )
    checkpoint = dict(type='CheckpointHook', interval=1, save_best='top1')
    checkpoint.update(rule='greater', max_keep_ckpts=1)
    train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=3)
    if not by_epoch:
        train_cfg = dict(
            type='IterBasedTrainLoop', max_iters=12, val_interval=4
        )
        checkpoint.update(by_epoch=False, interval=2)
        schedule = dict(type='CosineAnnealingLR', T_max=12, by_epoch=False)
        loader = dict(loader, sampler=dict(type='InfiniteSampler'))
    cfg = Config(
        dict(
            default_scope='mmaction',
            work_dir=str(work_dir),
            model=dict(type='DrawingModel'),
            train_dataloader=loader,
            train_cfg=train_cfg,
            optim_wrapper=dict(
                optimizer=dict(type='SGD', lr=0.01, momentum=0.9)
            ),
            param_scheduler=[schedule],
            val_dataloader=dict(
                batch_size=4,
                num_workers=0,
                sampler=dict(type='DefaultSampler', shuffle=False),
                dataset=dataset,
            ),
            val_cfg=dict(type='ValLoop'),
            val_evaluator=dict(type='DrawingMetric'),
            default_hooks=dict(checkpoint=checkpoint),
            randomness=dict(seed=5, deterministic=True),
            log_level='ERROR',
        )
    )
    cfg.merge_from_dict(overrides)
    return cfg


def write_slow_config(path, iterations):
    """Write a config of 2 epochs with two workers, for real commands.

    Args:
        path (Path): The config file.
        iterations (int): Of an epoch in one process, at least 10 ms each; a
            multiple of 4.
    """
    cfg = drawing_config(
        path.with_name('unused'),
        **{
            'train_cfg.max_epochs': 2,
            'train_dataloader.dataset.repeats': iterations // 4,
            'train_dataloader.num_workers': 2,
            'default_hooks.checkpoint.interval': 1,
            'custom_hooks': [dict(type='SlowHook')],
        },
    )
    cfg.custom_imports = dict(
        imports=['skdsrl_mmaction', 'tests.support.drawing'],
        allow_failed_imports=False,
    )
    cfg.log_level = 'INFO'
    cfg.default_hooks.logger = dict(type='LoggerHook', interval=10)
    cfg.work_dir = None
    cfg.dump(path)


_names = iter(range(10**9))


def train(cfg, kill=None, build=build_trainer, **kwargs):
    """Train in this process.

    Args:
        cfg (Config): Left as it is.
        kill (tuple, optional): Method and number for :class:`KillHook`.
        build (Callable): What makes a Runner of the config.

    Returns:
        Runner | None: None if it was killed, or had nothing to do.
    """
    cfg = Config(cfg.to_dict())
    cfg.experiment_name = f'drawing_{next(_names)}'
    hooks = [dict(type='NoteHook')]
    if kill is not None:
        hooks.append(dict(type='KillHook', method=kill[0], number=kill[1]))
    cfg.custom_hooks = [*cfg.get('custom_hooks', []), *hooks]
    runner = build(cfg, **kwargs)
    try:
        if runner is not None:
            runner.train()
    except Killed:
        return None
    return runner


def stopped(cfg, number, method, count):
    """Train, and signal this process at a call of a hook's method."""
    left = [count]

    def send(self, *args, **kwargs):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), number)

    hook = type('SignalHook', (Hook,), {method: send, 'priority': 'HIGHEST'})
    HOOKS.register_module(name='SignalHook', module=hook, force=True)
    cfg = type(cfg)(cfg.to_dict())
    cfg.custom_hooks = [
        *cfg.get('custom_hooks', []),
        dict(type='SignalHook'),
    ]
    previous = {x: signal.getsignal(x) for x in STOP_SIGNALS}
    try:
        with pytest.raises(SystemExit) as exit_:
            train(cfg)
    finally:
        for x, handler in previous.items():
            signal.signal(x, handler)
    assert exit_.value.code == 75


def weights(runner):
    """All tensors of a trained model, its learning rate and its scores."""
    state = {k: v.clone() for k, v in runner.model.state_dict().items()}
    state['lr'] = torch.tensor(runner.optim_wrapper.get_lr()['lr'])
    scores = runner.message_hub.log_scalars.get('val/top1')
    if scores is not None:
        state['top1'] = torch.tensor(scores.data[0])
    return state


def assert_equal(one, other):
    assert one.keys() == other.keys()
    for key, value in one.items():
        assert torch.equal(value, other[key]), key


def plain_text(monkeypatch):
    """Leave out what takes longest in a tiny run.

    That is formatting its config, and waiting for the disk: a run flushes
    some 20 files, and each waits for what other processes are writing.
    """
    monkeypatch.setattr(
        'mmengine.config.config.FormatCode', lambda text, **_: (text, True)
    )
    monkeypatch.setattr('os.fsync', lambda descriptor: None)
