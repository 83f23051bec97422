import copy

import pytest

from skdsrl_mmaction.benchmark.comparison.mechanisms import with_mechanisms
from skdsrl_mmaction.benchmark.comparison.plan import load_configs
from skdsrl_mmaction.utils import read_config

NAME = 'tsm_imagenet-pretrained-r50_8xb16-1x1x8-50e_kinetics400-rgb'
STOCK = f'mmaction::recognition/tsm/{NAME}.py'


def test_rows_of_a_stock_config():
    cfg = read_config(STOCK)
    before = copy.deepcopy(cfg.to_dict())
    rows = with_mechanisms('tsm', cfg, ['two-views', 'selfkd', 'skdsrl'])
    assert list(rows) == ['tsm', 'tsm-two-views', 'tsm-selfkd', 'tsm-skdsrl']
    assert cfg.to_dict() == before
    stock, *mixed = rows.values()
    assert stock.model == cfg.model
    heads = [
        (made.model.distill_head, made.model.siamese_head) for made in mixed
    ]
    assert [(a is not None, b is not None) for a, b in heads] == [
        (False, False),
        (True, False),
        (True, True),
    ]
    # The steps are equal, and nothing but the heads tells the three apart.
    assert {x.train_dataloader.drop_last for x in rows.values()} == {True}
    for made in mixed:
        assert made.model.type == 'SKDSRLRecognizer2D'
        assert made.train_dataloader == mixed[0].train_dataloader
        assert made.optim_wrapper == mixed[0].optim_wrapper
        assert made.test_dataloader == stock.test_dataloader


def test_without_mechanisms_nothing_changes():
    cfg = read_config(STOCK)
    before = copy.deepcopy(cfg.to_dict())
    rows = with_mechanisms('tsm', cfg, [])
    assert rows['tsm'] is cfg and cfg.to_dict() == before


def test_options_are_applied_before():
    """They name the steps of the pipeline as the stock config has it."""
    rows = load_configs(
        [STOCK],
        apply=['skdsrl'],
        epochs=7,
        transform_options={'SampleFrames.num_clips': 4},
        cfg_options={'train_dataloader.dataset.pipeline.3.scale': (-1, 72)},
    )
    stock, mixed = rows.values()
    assert list(rows) == [NAME, f'{NAME}-skdsrl']
    views = mixed.train_dataloader.dataset.pipeline
    assert views[1].sampler.num_clips == 4
    assert views[3].transforms[0] == dict(type='Resize', scale=(-1, 72))
    for cfg in rows.values():
        assert cfg.train_cfg.max_epochs == cfg.param_scheduler[0].T_max == 7
        assert cfg.test_dataloader.dataset.pipeline[1].num_clips == 4


def test_a_config_of_skdsrl_is_refused():
    cfg = read_config('configs/skdsrl_r3d18_ucf101.py')
    with pytest.raises(ValueError, match='has training heads already'):
        with_mechanisms('ours', cfg, ['selfkd'])
