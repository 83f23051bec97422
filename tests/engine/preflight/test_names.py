import pytest
from mmengine.config import Config

from skdsrl_mmaction.engine.preflight.names import (
    check_names,
    check_options,
    runner_keys,
)
from tests.support.paths import ROOT


@pytest.fixture(scope='module')
def cfg():
    return Config.fromfile(ROOT / 'configs/skdsrl_r3d18_ucf101.py')


@pytest.mark.parametrize(
    'key, meant',
    [
        ('train_dataloder.batch_size', 'train_dataloader'),
        ('modle.cls_head.num_classes', 'model'),
        ('rezume', 'resume'),
        ('val_evaluater.type', 'val_evaluator'),
        ('custm_hooks', 'custom_hooks'),
    ],
)
def test_options_that_nobody_reads(cfg, key, meant):
    with pytest.raises(
        ValueError, match=f'--cfg-options {key}: .*did you mean {meant!r}'
    ):
        check_options(cfg, ['model.type', key])


@pytest.mark.parametrize(
    'key',
    [
        'model.new.key',
        'data_root',  # a variable of the config
        'sync_bn',  # read by the Runner, not in the config
        'compile.backend',
        'find_unused_parameters',
        'custom_hooks',
        'randomness.seed',
        'auto_scale_lr.base_batch_size',
        'load_from',
        'model_wrapper_cfg.type',
    ],
)
def test_options_that_are_read(cfg, key):
    check_options(cfg, [key])


@pytest.mark.parametrize(
    'name, value, meant',
    [
        ('train_dataloder', dict(batch_size=2), 'train_dataloader'),
        ('val_cgf', dict(), 'val_cfg'),
        ('custom_hook', [], 'custom_hooks'),
        ('param_schedulers', (1,), 'param_scheduler'),
    ],
)
def test_mistyped_names(name, value, meant):
    cfg = Config({'model': dict(), name: value})
    with pytest.raises(ValueError, match=f'{name}=.*did you mean {meant!r}'):
        check_names(cfg)


def test_variables_are_free():
    check_names(
        Config(
            dict(
                model=dict(),
                train_pipeline=[],
                modell='a text',
                train_cfgs=3,
                file_client_args=dict(io_backend='disk'),
            )
        )
    )


def test_keys_of_the_runner():
    assert {'model', 'work_dir', 'launcher', 'sync_bn'} < runner_keys()
    assert not {'self', 'cfg'} & runner_keys()
