"""Values of the training log, over two ranks."""

import json
import os

import pytest
from mmaction.registry import HOOKS
from mmengine.hooks import Hook

from skdsrl_mmaction.engine import prepare_device
from tests.support.drawing import drawing_config, plain_text, train
from tests.support.ranks import run_ranks


@pytest.fixture(autouse=True)
def unformatted_config(monkeypatch):
    plain_text(monkeypatch)


def rank():
    return int(os.environ.get('RANK', 0))


@HOOKS.register_module()
class OwnValuesHook(Hook):
    """Note the losses of this rank; add monitors, one of them on rank 1."""

    priority = 'HIGHEST'
    losses = []

    def after_train_iter(
        self, runner, batch_idx, data_batch=None, outputs=None
    ):
        outputs['view_agreement'] = float(rank())
        if rank() == 1:
            outputs['feat_std'] = 0.5
        self.losses.append(outputs['loss'].item())


@HOOKS.register_module()
class LaterHook(Hook):
    """Hooks that come later see the values of their own rank."""

    def after_train_iter(
        self, runner, batch_idx, data_batch=None, outputs=None
    ):
        assert outputs['view_agreement'] == rank()
        assert outputs['loss'].item() == OwnValuesHook.losses[-1]


def run(work_dir, launcher):
    cfg = drawing_config(work_dir, launcher=launcher)
    cfg.custom_hooks = [dict(type='OwnValuesHook'), dict(type='LaterHook')]
    cfg.default_hooks.logger = dict(type='LoggerHook', interval=1)
    cfg.log_processor = dict(window_size=1)
    if launcher == 'pytorch':
        prepare_device(cfg, training=True)
    train(cfg)
    return OwnValuesHook.losses


def logged(work_dir):
    (file,) = work_dir.glob('*/vis_data/scalars.json')
    lines = map(json.loads, file.read_text().splitlines())
    return [line for line in lines if 'loss' in line]


def test_means_over_ranks(tmp_path):
    first, second = run_ranks(run, 2, tmp_path, 'pytorch')
    lines = logged(tmp_path)
    assert len(lines) == len(first) == 6
    for line, one, other in zip(lines, first, second):
        assert one != other
        assert line['loss'] == pytest.approx((one + other) / 2, rel=1e-6)
        assert line['view_agreement'] == 0.5
        assert line['feat_std'] == 0.5


def test_one_process_logs_its_own(tmp_path):
    (losses,) = run_ranks(run, 1, tmp_path, 'none')
    lines = logged(tmp_path)
    assert len(lines) == 12
    for line, loss in zip(lines, losses):
        assert line['loss'] == pytest.approx(loss, rel=1e-6)
