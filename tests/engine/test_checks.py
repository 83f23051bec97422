import pytest
from mmaction.registry import HOOKS
from mmengine.config import Config

from skdsrl_mmaction.engine import add_checks
from skdsrl_mmaction.engine.checks import MADE_BY
from skdsrl_mmaction.engine.preflight.names import check_options
from skdsrl_mmaction.utils import read_config

STOCK = 'mmaction::recognition/slowonly/slowonly_r50_8xb16-4x16x1-256e_kinetics400-rgb.py'  # noqa: E501


@pytest.mark.parametrize('name', ['configs/skdsrl_r3d18_ucf101.py', STOCK])
def test_hooks_of_training(name):
    cfg = read_config(name)
    add_checks(cfg, training=True)
    kinds = [
        type(HOOKS.build(cfg.default_hooks[key])).__name__
        for key in ('weights', 'finite', 'collapse')
    ]
    assert kinds == ['WeightsHook', 'FiniteHook', 'CollapseHook']
    assert cfg.default_hooks.weights.training
    assert 'logger' in cfg.default_hooks


@pytest.mark.parametrize('name', ['configs/skdsrl_r3d18_ucf101.py', STOCK])
def test_hooks_of_testing(name):
    cfg = read_config(name)
    before = set(cfg.default_hooks)
    add_checks(cfg, training=False)
    assert set(cfg.default_hooks) - before == {'weights', 'finite'}
    assert not HOOKS.build(cfg.default_hooks.weights).training


def test_no_hooks_of_the_config():
    cfg = read_config('configs/skdsrl_r3d18_ucf101.py')
    cfg.default_hooks = None
    add_checks(cfg, training=True)
    assert set(cfg.default_hooks) == {'weights', 'finite', 'collapse'}


def test_arguments_come_from_the_config():
    cfg = read_config('configs/skdsrl_r3d18_ucf101.py')
    options = {
        'default_hooks.finite.max_skips': 7,
        'default_hooks.collapse': None,
        'allow_missing': 'neck.*',
    }
    check_options(cfg, options)
    cfg.merge_from_dict(options)
    add_checks(cfg, training=True)
    assert HOOKS.build(cfg.default_hooks.finite).max_skips == 7
    assert 'collapse' not in cfg.default_hooks
    assert HOOKS.build(cfg.default_hooks.weights).allow_missing == ('neck.*',)


def test_samples_are_packed_with_their_paths_and_draws():
    pack = dict(type='PackActionInputs')
    mine = dict(type='PackActionInputs', meta_keys=('img_shape', 'filename'))
    cfg = Config(
        dict(
            train_dataloader=dict(
                dataset=dict(
                    type='ConcatDataset',
                    datasets=[dict(pipeline=[pack]), dict(pipeline=[mine])],
                )
            )
        )
    )
    add_checks(cfg, training=True)
    first, second = cfg.train_dataloader.dataset.datasets
    added = ['filename', 'frame_dir', 'img_path', *MADE_BY]
    stock = ['img_shape', 'img_key', 'video_id', 'timestamp']
    assert first.pipeline[0].meta_keys == stock + added
    assert second.pipeline[0].meta_keys == ['img_shape', *added]
