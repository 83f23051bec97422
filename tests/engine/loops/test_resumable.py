"""Resumed runs against unbroken ones, of stock configs."""

import gc
import itertools
import multiprocessing
import signal

import pytest
import torch
from mmengine.runner import Runner

from tests.support.drawing import (
    NoteHook,
    assert_equal,
    drawing_config,
    plain_text,
    stopped,
    train,
    weights,
)

ACCUMULATED = {'optim_wrapper.accumulative_counts': 3}
AVERAGED = dict(custom_hooks=[dict(type='EMAHook', momentum=0.1)])
DATASET = dict(type='DrawingDataset', serialize_data=False)
REPEATED = {
    'train_dataloader.dataset': dict(
        _delete_=True, type='RepeatDataset', times=2, dataset=DATASET
    ),
    'train_dataloader.batch_size': 4,
}
CONCATENATED = {
    'train_dataloader.dataset': dict(
        _delete_=True, type='ConcatDataset', datasets=[DATASET, DATASET]
    ),
    'train_dataloader.batch_size': 4,
}
ENDING = {  # iterations over a sampler that ends: 2 of 3 batches are whole
    'train_dataloader.sampler': dict(type='DefaultSampler'),
    'train_dataloader.batch_size': 3,
}


@pytest.fixture(autouse=True)
def unformatted_config(monkeypatch):
    plain_text(monkeypatch)


def check_resumed(tmp_path, kills, **kwargs):
    unbroken = weights(train(drawing_config(tmp_path / 'unbroken', **kwargs)))
    for i, kill in enumerate(kills):
        cfg = drawing_config(tmp_path / f'killed_{i}', **kwargs)
        assert train(cfg, kill) is None
        assert_equal(weights(train(cfg, resume='auto')), unbroken)


MOMENTS = [
    ('before_train_iter', 2),
    ('before_train_iter', 7),
    ('before_val_epoch', 1),
    ('after_val_epoch', 3),
    ('after_train_epoch', 2),
]


@pytest.mark.parametrize('workers', [0, 2])
@pytest.mark.parametrize('extra', [{}, ACCUMULATED, AVERAGED])
def test_epochs(tmp_path, workers, extra):
    kills = MOMENTS[1:4] if extra or workers else MOMENTS
    check_resumed(tmp_path, kills, workers=workers, **extra)


@pytest.mark.parametrize('workers', [0, 2])
@pytest.mark.parametrize('extra', [{}, ACCUMULATED, ENDING])
def test_iterations(tmp_path, monkeypatch, workers, extra):
    monkeypatch.setattr('time.sleep', lambda seconds: None)
    kills = [('before_train_iter', 6), ('before_val_epoch', 2)]
    check_resumed(tmp_path, kills, by_epoch=False, workers=workers, **extra)


@pytest.mark.parametrize('extra', [REPEATED, CONCATENATED])
def test_wrapped_data_sets(tmp_path, extra):
    check_resumed(tmp_path, [('before_train_iter', 6)], **extra)


@pytest.mark.parametrize('workers', [0, 2])
def test_validations_draw_the_same(tmp_path, workers):
    """Made up or not, after other draws or none: scores are among the
    compared numbers."""
    loader = {
        'val_dataloader.num_workers': workers,
        'val_dataloader.persistent_workers': workers > 0,
    }
    kills = [('before_val_epoch', 2), ('before_train_iter', 6)]
    check_resumed(tmp_path, kills, **loader)


def test_workers_do_not_matter(tmp_path):
    """Neither their number nor whether they live on for the next epoch."""
    loaders = [
        {},
        dict(workers=1),
        dict(workers=3),
        {'workers': 2, 'train_dataloader.persistent_workers': True},
    ]
    first, *others = (
        weights(train(drawing_config(tmp_path / str(i), **loader)))
        for i, loader in enumerate(loaders)
    )
    for other in others:
        assert_equal(other, first)


def draws(cfg):
    """(index, draws) of all samples, by epoch, of 4 iterations each."""
    NoteHook.batches.clear()
    train(cfg)
    samples = [NoteHook.batches[i] for i in range(12)]
    return [
        list(itertools.chain(*samples[i : i + 4])) for i in range(0, 12, 4)
    ]


@pytest.mark.parametrize('workers', [0, 2])
def test_draws_differ_by_epoch_and_sample(tmp_path, workers):
    epochs = draws(drawing_config(tmp_path, workers=workers))
    for samples in epochs:
        assert sorted(index for index, _ in samples) == list(range(8))
    drawn = [values[1:] for samples in epochs for _, values in samples]
    for column in zip(*drawn):  # each generator, 8 samples in 3 epochs
        assert len(set(column)) == 24


def test_repeats_differ(tmp_path):
    epochs = draws(drawing_config(tmp_path, **REPEATED))
    for samples in epochs:
        assert sorted(i for i, _ in samples) == sorted([*range(8)] * 2)
        assert len({values[1] for _, values in samples}) == 16


def test_turns_of_an_endless_sampler_differ(tmp_path):
    cfg = drawing_config(tmp_path, by_epoch=False)
    turns = draws(cfg)
    for samples in turns:
        assert sorted(index for index, _ in samples) == list(range(8))
    assert len({v[1] for samples in turns for _, v in samples}) == 24


def test_draws_depend_on_the_seed(tmp_path):
    one, other = (
        draws(
            drawing_config(tmp_path / str(seed), **{'randomness.seed': seed})
        )
        for seed in (1, 2)
    )
    assert {v[1] for _, v in one[0]}.isdisjoint(v[1] for _, v in other[0])


@pytest.mark.parametrize('by_epoch', [True, False])
@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGUSR1])
def test_a_signal_stops_after_the_iteration(tmp_path, by_epoch, number):
    kwargs = dict(by_epoch=by_epoch, workers=2, **ACCUMULATED)
    if by_epoch:
        kwargs.update(AVERAGED)
    unbroken = weights(train(drawing_config(tmp_path / 'unbroken', **kwargs)))
    before = signal.getsignal(number)
    for iteration in (1, 3, 4, 5, 11):
        folder = tmp_path / str(iteration)
        cfg = drawing_config(folder, **kwargs)
        stopped(cfg, number, 'before_train_iter', iteration)
        latest = folder / f'iter_{iteration}.pth'
        assert (folder / 'last_checkpoint').read_text() == str(latest)
        NoteHook.batches.clear()
        resumed = train(cfg, resume='auto')
        assert sorted(NoteHook.batches) == list(range(iteration, 12))
        assert_equal(weights(resumed), unbroken)
        names = {path.name for path in folder.glob('*.pth')}
        assert names == {
            path.name for path in (tmp_path / 'unbroken').glob('*.pth')
        }
        assert signal.getsignal(number) is before


def test_a_signal_stops_within_a_validation(tmp_path):
    unbroken = weights(train(drawing_config(tmp_path / 'unbroken')))
    cfg = drawing_config(tmp_path / 'stopped')
    stopped(cfg, signal.SIGTERM, 'before_val_iter', 3)  # of validation 2
    latest = (tmp_path / 'stopped/last_checkpoint').read_text()
    assert latest.endswith('epoch_2.pth')
    assert_equal(weights(train(cfg, resume='auto')), unbroken)


def test_a_checkpoint_of_the_stock_loop_is_resumed(tmp_path):
    """It knows nothing of places and validations, and is taken as it is."""
    cfg = drawing_config(tmp_path)
    train(cfg, ('before_train_iter', 6))
    path = tmp_path / 'epoch_1.pth'
    checkpoint = torch.load(path)
    del checkpoint['resume_state']
    torch.save(checkpoint, path)
    assert train(cfg, resume='auto').iter == 12


def test_the_runner_of_the_host_resumes_too(tmp_path):
    """Where a config names the loop, as ours and those of add_skdsrl do."""
    loop = {'train_cfg.type': 'ResumableEpochBasedTrainLoop'}
    unbroken = weights(train(drawing_config(tmp_path / 'unbroken')))
    cfg = drawing_config(tmp_path / 'host', **loop)
    train(cfg, ('before_train_iter', 6), build=Runner.from_cfg)
    cfg.resume = True
    resumed = train(cfg, build=Runner.from_cfg)
    assert_equal(weights(resumed), unbroken)
    cfg = drawing_config(tmp_path / 'stopped', **loop)
    stopped(cfg, signal.SIGTERM, 'before_train_iter', 6)
    cfg.resume = True
    resumed = train(cfg, build=Runner.from_cfg)
    assert_equal(weights(resumed), unbroken)


@pytest.mark.parametrize('by_epoch', [True, False])
@pytest.mark.parametrize('kill', [None, ('before_train_iter', 6)])
def test_workers_end_with_the_loop(tmp_path, by_epoch, kill):
    """Left to the garbage collector, each is waited for in vain."""
    cfg = drawing_config(tmp_path, by_epoch=by_epoch, workers=2)
    for loader in cfg.train_dataloader, cfg.val_dataloader:
        loader.update(num_workers=2, persistent_workers=True)
    before = set(multiprocessing.active_children())
    gc.disable()
    try:
        train(cfg, kill)
        left = set(multiprocessing.active_children()) - before
    finally:
        gc.enable()
    assert not left
