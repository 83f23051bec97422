"""The picture of the first batch."""

import random

import numpy as np
import pytest
import torch
from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import Runner
from PIL import Image

from skdsrl_mmaction.engine import add_checks, build_trainer
from skdsrl_mmaction.visualization import DrawHook, hook
from skdsrl_mmaction.visualization.hook import draw_batch
from tests.support.small_run import small_loader, small_runner
from tests.support.tiny import tiny_config


class Keeper(Hook):
    """Keeps batches."""

    def __init__(self):
        self.batches = []

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        self.batches.append(data_batch)


class States(Hook):
    """Notes the states of the generators, and a number that torch draws."""

    def __init__(self, priority):
        self.priority = priority
        self.found = []

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        kind, words, *rest = np.random.get_state()
        self.found.append(
            (random.getstate(), words.tolist(), rest, torch.rand(1).item())
        )
        torch.manual_seed(5)


@pytest.fixture
def loader(tiny_dataset):
    return small_loader(tiny_dataset, 'train.txt')


def pictures(work_dir):
    return [path.name for path in work_dir.glob('*/*.png')]


def test_the_first_batch_is_drawn_before_the_first_step(loader, tmp_path):
    class Looks(Hook):
        def after_train_iter(self, runner, *args, **kwargs):
            self.seen = getattr(self, 'seen', pictures(tmp_path))

    looks = Looks()
    runner = small_runner(
        tmp_path, loader, hooks=[DrawHook(curves=False), looks]
    )
    runner.train()
    assert looks.seen == pictures(tmp_path) == ['views.png']


def test_two_views_of_our_configs(tiny_dataset, tmp_path):
    cfg = tiny_config(tiny_dataset)
    cfg.work_dir, cfg.experiment_name = str(tmp_path), tmp_path.name
    cfg.train_cfg.max_epochs = 1
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    trainer = build_trainer(cfg)
    keeper = Keeper()
    trainer.register_hook(keeper)
    trainer.train()
    (path,) = tmp_path.glob('*/views.png')
    samples = draw_batch(trainer, keeper.batches[0], str(tmp_path / 'b.png'))
    assert len(samples) == 4
    for sample in samples:
        assert [view.name for view in sample.views] == ['view 1', 'view 2']
        assert sample.path and sample.total == 24
        assert not np.array_equal(*(view.frames for view in sample.views))
    drawn = [view.operators for x in samples for view in x.views]
    assert sum(map(len, drawn)) > 8
    first, again = (
        np.asarray(Image.open(x)) for x in (path, tmp_path / 'b.png')
    )
    assert first.shape == again.shape
    # The heading counts iterations; the samples are the same.
    assert np.array_equal(first[60:], again[60:])
    assert len(np.unique(first[60:].reshape(-1, 3), axis=0)) > 1000


def test_views_are_known_without_our_commands(tiny_dataset, tmp_path):
    """Samples of the plain Runner lack what the commands add."""
    cfg = tiny_config(tiny_dataset)
    cfg.work_dir, cfg.experiment_name = str(tmp_path), tmp_path.name
    runner = Runner.from_cfg(cfg)
    batch = next(iter(runner.train_loop.dataloader))
    samples = draw_batch(runner, batch, str(tmp_path / 'b.png'))
    names = [view.name for view in samples[0].views]
    assert names == ['view 1', 'view 2'] and samples[0].path == ''


def test_one_key_switches_it_off(tiny_dataset, loader, tmp_path):
    nothing = DrawHook(views=False, curves=False)
    off = small_runner(tmp_path, loader, hooks=[nothing])
    off.train()
    assert pictures(tmp_path) == []
    for training in True, False:
        cfg = tiny_config(tiny_dataset)
        assert isinstance(HOOKS.build(cfg.default_hooks.draw), DrawHook)
        cfg.merge_from_dict({'default_hooks.draw': None})
        add_checks(cfg, training)
        cfg.work_dir, cfg.experiment_name = str(tmp_path), f'off_{training}'
        found = Runner.from_cfg(cfg).hooks
        assert not any(isinstance(x, DrawHook) for x in found)


def test_random_generators_stay_as_they_are(loader, tmp_path):
    torch.manual_seed(5)
    before, after = States('VERY_HIGH'), States('VERY_LOW')
    drawing = DrawHook(curves=False)
    drawing.priority = 'NORMAL'
    small_runner(tmp_path, loader, hooks=[before, drawing, after]).train()
    assert pictures(tmp_path) == ['views.png']
    assert before.found[0][:3] == after.found[0][:3]
    assert before.found[1][3] == after.found[0][3] == after.found[1][3]


def test_other_processes_do_not_draw(loader, tmp_path, monkeypatch):
    monkeypatch.setattr(hook, 'is_main_process', lambda: False)
    small_runner(tmp_path, loader, hooks=[DrawHook()]).train()
    assert pictures(tmp_path) == []


def test_a_failure_is_a_warning(loader, tmp_path, monkeypatch):
    def fail(*args):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(hook, 'save_png', fail)
    runner = small_runner(tmp_path, loader, hooks=[DrawHook()])
    runner.train()
    assert runner.epoch == 2
    (log,) = tmp_path.glob('*/*.log')
    text = log.read_text()
    assert text.count('views.png is not drawn: No space left on device') == 1


def test_large_batches_are_drawn_in_part(loader, tmp_path):
    runner = small_runner(tmp_path, loader, hooks=[])
    batch = next(iter(runner.train_loop.dataloader))
    batch = {key: value * 5 for key, value in batch.items()}
    samples = draw_batch(runner, batch, str(tmp_path / 'b.png'))
    assert len(samples) == 16 < len(batch['inputs'])
