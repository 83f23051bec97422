"""Resumed runs of several processes, over gloo."""

import os
import signal

import pytest
import torch
from mmaction.registry import HOOKS
from mmengine.hooks import Hook

from skdsrl_mmaction.engine import prepare_device
from tests.support.drawing import (
    NoteHook,
    assert_equal,
    drawing_config,
    plain_text,
    train,
    weights,
)
from tests.support.ranks import run_ranks


@pytest.fixture(autouse=True)
def unformatted_config(monkeypatch):
    plain_text(monkeypatch)  # the forked processes have it too


@HOOKS.register_module()
class RankSignalHook(Hook):
    """Signal the last rank in an iteration, counted from 1."""

    def __init__(self, moment):
        self.moment = moment

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        last = runner.rank == runner.world_size - 1
        if last and runner.iter + 1 == self.moment:
            os.kill(os.getpid(), signal.SIGTERM)


def process(folder, moment, extra):
    """Train on one rank; returns its status, weights and batches."""
    cfg = drawing_config(folder, launcher='pytorch', **extra)
    if moment:
        cfg.custom_hooks = [dict(type='RankSignalHook', moment=moment)]
    prepare_device(cfg, training=True)
    NoteHook.batches.clear()  # of the process that was forked
    try:
        return 0, weights(train(cfg, resume='auto')), NoteHook.batches
    except SystemExit as error:
        return error.code, None, NoteHook.batches


def run(tmp_path, name, ranks=2, moment=0, **extra):
    """Train on several ranks; what each returned."""
    extra = {'train_dataloader.batch_size': 2 // ranks * 2, **extra}
    return run_ranks(process, ranks, tmp_path / name, moment, extra)


ACCUMULATED = {'optim_wrapper.accumulative_counts': 3}


@pytest.mark.parametrize('extra', [{}, ACCUMULATED])
def test_stopped_and_resumed_on_two_ranks(tmp_path, extra):
    """Each has its own statistics of BatchNorm and its own gradients."""
    # 8 samples, 4 in a batch of both ranks, 3 epochs: 6 iterations.
    extra = {'train_dataloader.batch_size': 2, **extra}
    unbroken = run(tmp_path, 'unbroken', **extra)
    for moment in (1, 2):  # within an epoch, and at its end
        name = f'stopped_{moment}'
        for status, _, _ in run(tmp_path, name, moment=moment, **extra):
            assert status == 75
        resumed = run(tmp_path, name, **extra)
        for mine, expected in zip(resumed, unbroken):
            assert mine[0] == 0
            assert_equal(mine[1], expected[1])
            assert min(mine[2]) == moment


def together(results):
    """Samples of each global batch, by iteration."""
    return {
        i: sorted(x for _, _, batches in results for x in batches[i])
        for i in results[0][2]
    }


@pytest.mark.parametrize('moment', [1, 5])
def test_another_number_of_ranks(tmp_path, moment, capfd):
    """Global batches hold the same samples with the same draws."""
    sizes = {r: {'train_dataloader.batch_size': 4 // r} for r in (1, 2)}
    unbroken = run(tmp_path, 'unbroken', 2, **sizes[2])
    run(tmp_path, 'changed', 2, moment=moment, **sizes[2])
    resumed = run(tmp_path, 'changed', 1, log_level='INFO', **sizes[1])
    expected = together(unbroken)
    assert len(expected) == 6
    assert together(resumed) == {
        i: samples for i, samples in expected.items() if i >= moment
    }
    printed = capfd.readouterr()
    assert 'not be bit-equal' in printed.out + printed.err


def test_buffers_where_iterations_are_counted(tmp_path):
    """Without a validation, a checkpoint has the means over the ranks."""
    ranks = run(
        *(tmp_path, 'run'),
        **{
            'by_epoch': False,
            'train_cfg.max_iters': 4,
            'default_hooks.checkpoint.save_best': None,
            'val_cfg': None,
            'val_dataloader': None,
            'val_evaluator': None,
        },
    )
    saved = torch.load(tmp_path / 'run/iter_4.pth')['state_dict']
    assert not torch.equal(saved['norm.running_mean'], torch.zeros(4))
    for _, state, _ in ranks:
        for name, tensor in saved.items():
            assert torch.equal(state[f'module.{name}'], tensor), name
