"""Resumed runs of several processes, over gloo."""

import os
import pickle
import signal
import socket

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp

from tests.support.drawing import assert_equal, drawing_config, plain_text


@pytest.fixture(autouse=True)
def unformatted_config(monkeypatch):
    plain_text(monkeypatch)  # the forked processes have it too


def process(rank, ranks, port, folder, extra, moment, out):
    """Train on one rank; writes weights and batches, or 'stopped'."""
    torch.set_num_threads(1)
    os.environ.update(
        RANK=str(rank),
        LOCAL_RANK=str(rank),
        WORLD_SIZE=str(ranks),
        MASTER_ADDR='127.0.0.1',
        MASTER_PORT=str(port),
    )
    from mmaction.registry import HOOKS
    from mmengine.hooks import Hook

    from skdsrl_mmaction.engine import prepare_device
    from tests.support.drawing import NoteHook, train, weights

    class SignalHook(Hook):
        def before_train_iter(self, runner, batch_idx, data_batch=None):
            if runner.iter + 1 == moment and rank == ranks - 1:
                os.kill(os.getpid(), signal.SIGTERM)

    HOOKS.register_module(name='SignalHook', module=SignalHook, force=True)
    cfg = drawing_config(folder, launcher='pytorch', **extra)
    if moment:
        cfg.custom_hooks = [dict(type='SignalHook')]
    prepare_device(cfg, training=True)
    NoteHook.batches.clear()
    status, state = 0, None
    try:
        state = weights(train(cfg, resume='auto'))
    except SystemExit as error:
        status = error.code
    with open(f'{out}_{rank}', 'wb') as file:
        pickle.dump((status, state, NoteHook.batches), file)
    dist.destroy_process_group()  # its threads would abort the process


def run(tmp_path, name, ranks=2, moment=0, **extra):
    """Train on several ranks; what each wrote."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    out = str(tmp_path / 'out')
    extra = {'train_dataloader.batch_size': 2 // ranks * 2, **extra}
    args = (ranks, port, str(tmp_path / name), extra, moment, out)
    mp.start_processes(process, args, nprocs=ranks, start_method='fork')
    results = []
    for rank in range(ranks):
        with open(f'{out}_{rank}', 'rb') as file:
            results.append(pickle.load(file))
    return results


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
