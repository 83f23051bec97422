import pytest
from mmengine.config import Config

from skdsrl_mmaction.benchmark.comparison.protocol import (
    check_options,
    set_protocol,
)
from tests.support.paths import ROOT


def load(method):
    return Config.fromfile(ROOT / f'configs/{method}_r3d18_ucf101.py')


@pytest.mark.parametrize(
    'budget, epochs',
    [
        ('steps', dict(baseline=10, kd=10, selfkd=10, skdsrl=10)),
        ('compute', dict(baseline=20, kd=20, selfkd=10, skdsrl=10)),
    ],
)
def test_budget(budget, epochs):
    for method, want in epochs.items():
        cfg = load(method)
        cfg.train_cfg.max_epochs = 10
        cfg.resume = True
        set_protocol(cfg, budget)
        assert cfg.train_cfg.max_epochs == want
        (schedule,) = cfg.param_scheduler
        assert schedule.T_max == want
        assert cfg.val_cfg is cfg.val_dataloader is cfg.val_evaluator is None
        assert cfg.resume is False


def test_training_must_count_epochs():
    cfg = load('baseline')
    cfg.train_cfg = dict(type='IterBasedTrainLoop', max_iters=10)
    with pytest.raises(ValueError, match='max_iters.*must set max_epochs'):
        set_protocol(cfg, 'steps')


@pytest.mark.parametrize(
    'options, message',
    [
        ({'param_scheduler.0.T_max': 3}, 'sets param_scheduler itself'),
        ({'param_scheduler': None}, 'param_scheduler=None: the comparison'),
        ({'val_cfg.type': 'ValLoop'}, 'sets val_cfg itself'),
        ({'val_dataloader.num_workers': 0}, 'set test_dataloader'),
        ({'val_evaluator.type': 'AccMetric'}, 'set test_evaluator'),
        ({'train_cfg.val_interval': 2}, 'nothing is validated'),
        ({'default_hooks.checkpoint.interval': 1}, 'last weights'),
        ({'default_hooks': dict(checkpoint=None)}, 'checkpoint=None'),
        ({'default_hooks': None}, 'sets default_hooks.checkpoint itself'),
        ({'randomness.seed': 3}, 'use --seeds'),
        ({'work_dir': 'w'}, 'use --work-dir'),
        ({'resume': True}, 'goes on by itself'),
    ],
)
def test_keys_of_the_protocol_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        check_options(options, 'steps', False)


def test_what_is_refused_depends_on_budget_and_folds():
    epochs = {'train_cfg.max_epochs': 3}
    check_options(epochs, 'steps', True)
    with pytest.raises(ValueError, match='max_epochs=3: .* use --epochs'):
        check_options(epochs, 'compute', True)
    files = {'test_dataloader.dataset.ann_file': 'a.txt'}
    check_options(files, 'steps', False)
    with pytest.raises(ValueError, match="'a.txt': .* use --ann-file"):
        check_options(files, 'steps', True)


def test_other_keys_pass():
    options = {
        'default_hooks.logger.interval': 1,
        'randomness.deterministic': True,
        'train_cfg.max_epochs': 3,
        'valid': 1,
        'model.cls_head.num_classes': 3,
    }
    check_options(options, 'steps', True)


@pytest.mark.parametrize(
    'epochs, interval', [(1, 1), (20, 1), (21, 2), (500, 25)]
)
def test_validation(epochs, interval):
    cfg = load('baseline')
    evaluator = cfg.val_evaluator
    cfg.train_cfg.update(max_epochs=epochs, val_begin=3)
    set_protocol(cfg, 'steps', validates=True)
    assert cfg.train_cfg == dict(
        type='ResumableEpochBasedTrainLoop',
        max_epochs=epochs,
        val_interval=interval,
    )
    assert cfg.val_cfg == dict(type='ValLoop')
    assert cfg.val_evaluator == evaluator and cfg.val_dataloader is not None
    assert cfg.default_hooks.checkpoint.save_best == 'acc/top1'


def test_what_is_refused_depends_on_validation():
    workers = {'val_dataloader.num_workers': 0}
    check_options(workers, 'steps', False, validates=True)
    with pytest.raises(ValueError, match='nothing is validated'):
        check_options(workers, 'steps', False, validates=False)
    for key in 'val_dataloader.dataset.ann_file', 'train_cfg.val_interval':
        with pytest.raises(ValueError, match='--val'):
            check_options({key: 1}, 'steps', False, validates=True)


def test_a_config_without_hooks():
    cfg = load('baseline')
    cfg.pop('default_hooks')
    set_protocol(cfg, 'steps')
    assert cfg.default_hooks.checkpoint.interval == -1
