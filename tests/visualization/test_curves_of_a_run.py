"""What DrawHook draws of a run, beside its first batch."""

import json

import numpy as np
import pytest
from mmaction.registry import HOOKS
from mmengine.hooks import Hook

from skdsrl_mmaction.engine import add_checks, build_trainer
from skdsrl_mmaction.visualization import DrawHook, hook, plots
from tests.support.small_run import small_loader, small_runner
from tests.support.tiny import tiny_config


class Looks(Hook):
    """Notes which pictures there are after each validation."""

    priority = 'LOWEST'

    def __init__(self):
        self.seen = []

    def after_val_epoch(self, runner, metrics=None):
        self.seen.append(names(runner))


def names(runner):
    folder = hook.Path(runner.log_dir)
    return sorted(x.name for x in folder.iterdir() if x.suffix != '.log')


@pytest.fixture
def small(tiny_dataset, tmp_path):
    """Make a run of two epochs and validations, with a hook that draws."""

    def make(**kwargs):
        looks = Looks()
        runner = small_runner(
            tmp_path,
            small_loader(tiny_dataset, 'train.txt'),
            small_loader(tiny_dataset, 'val.txt'),
            hooks=[DrawHook(views=False, **kwargs), looks],
        )
        return runner, looks

    return make


def test_curves_are_drawn_after_every_validation(small, monkeypatch):
    pytest.importorskip('plotly')
    monkeypatch.setattr(hook, '_SHARE', 1e9)
    runner, looks = small()
    runner.train()
    files = ['curves.html', 'curves.png', 'vis_data']
    assert looks.seen == [files, files]
    folder = hook.Path(runner.log_dir)
    lines = (folder / 'vis_data/scalars.json').read_text().splitlines()
    last = [json.loads(x) for x in lines][-2]
    html = (folder / 'curves.html').read_text()
    assert last['iter'] == 4 and repr(last['loss']) in html
    assert '>Training of ' in html and 'acc/top1' in html


def test_short_runs_are_drawn_at_the_end_only(small):
    runner, looks = small()
    runner.train()
    assert looks.seen == [['vis_data'], ['vis_data']]
    assert 'curves.png' in names(runner)


def test_curves_can_be_switched_off(small):
    runner, _ = small(curves=False)
    runner.train()
    assert names(runner) == ['vis_data']


def test_without_plotly_there_is_no_page(small, monkeypatch):
    monkeypatch.setattr(hook, 'has_plotly', lambda: False)
    runner, _ = small()
    runner.train()
    assert names(runner) == ['curves.png', 'vis_data']


def test_a_failure_is_a_warning(small, monkeypatch):
    calls = []

    def fail(runs):
        calls.append(runs)
        raise OSError('no space left')

    monkeypatch.setattr(plots, 'curves_picture', fail)
    monkeypatch.setattr(hook, '_SHARE', 1e9)
    runner, _ = small()
    runner.train()
    assert runner.epoch == 2 and names(runner) == ['vis_data']
    assert len(calls) == 3  # after both validations and at the end
    (log,) = hook.Path(runner.log_dir).glob('*.log')
    text = 'WARNING - curves.png is not drawn: no space left'
    assert log.read_text().count(text) == 1  # MMEngine leaves out more


def test_drawing_takes_a_share_of_the_time(small, monkeypatch):
    """Seconds of a clock that only drawing and training move."""
    now = [0.0]
    monkeypatch.setattr(hook.time, 'monotonic', lambda: now[0])
    draws = []

    def draw(runner, path):
        draws.append(runner.epoch)
        now[0] += 3

    monkeypatch.setattr(hook, 'draw_curves', draw)
    drawing = DrawHook()
    runner, _ = small()
    runner.train_loop  # noqa: B018  built
    drawing.before_train(runner)
    for epoch in range(1, 21):
        now[0] += 40
        runner.train_loop._epoch = epoch
        drawing.after_val_epoch(runner)
    # 1 s after 50 s; then 3 + 3 after 300 s, 6 + 3 after 450 s, ...
    assert draws == [2, 8, 12, 15, 19]
    assert 3 * len(draws) <= 0.02 * now[0] + 1
    drawing.after_train(runner)
    assert draws[-1] == 20 and len(draws) == 6


def test_a_validation_alone_draws_nothing(small, monkeypatch):
    monkeypatch.setattr(hook, '_SHARE', 1e9)
    runner, _ = small()
    runner.train_loop  # noqa: B018  the metric asks it for the epoch
    runner.train_loop._epoch = 1
    runner.val()
    assert names(runner) == ['vis_data']


def test_the_confusion_matrix_is_that_of_the_best_checkpoint(
    tiny_dataset, tmp_path, monkeypatch
):
    found = []
    draw_best = hook.draw_best
    monkeypatch.setattr(
        hook, 'draw_best', lambda *args: found.append(draw_best(*args))
    )
    cfg = tiny_config(tiny_dataset)
    cfg.work_dir, cfg.experiment_name = str(tmp_path), tmp_path.name
    cfg.train_cfg.max_epochs = 2
    add_checks(cfg, training=True)
    trainer = build_trainer(cfg)
    looks = Looks()
    trainer.register_hook(looks)
    trainer.train()
    assert {'confusion_matrix.png', 'curves.png'} <= set(names(trainer))
    (counts,) = found
    labels = [
        int(line.split()[1])
        for line in (tiny_dataset / 'val.txt').read_text().splitlines()
    ]
    assert counts.sum(axis=1).tolist() == np.bincount(labels, None, 3).tolist()
    best = trainer.message_hub.get_info('best_score')
    assert counts.diagonal().sum() / counts.sum() == pytest.approx(best)


def test_predictions_that_are_not_of_one_class_are_left_out(
    tiny_dataset, tmp_path
):
    drawing = HOOKS.build(dict(type='DrawHook'))
    drawing.after_val_iter(None, 0, outputs=[dict(), object()])
    assert drawing._seen == [None, None]
