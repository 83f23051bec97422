import pytest
import torch
from mmengine.config import Config

from skdsrl_mmaction.engine import launch, prepare_device


@pytest.fixture
def cfg(monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    return Config.fromfile('configs/skdsrl_r3d18_ucf101.py')


def test_sync_bn_without_cuda(cfg):
    cfg.sync_bn = 'torch'
    with pytest.raises(ValueError, match="sync_bn='torch' needs CUDA"):
        prepare_device(cfg, training=True)


def test_a_config_of_mixed_precision_can_be_tested(cfg):
    cfg.optim_wrapper.type, cfg.sync_bn = 'AmpOptimWrapper', 'torch'
    prepare_device(cfg, training=False)


def test_mpi_without_cuda(cfg):
    cfg.launcher = 'mpi'
    with pytest.raises(ValueError, match="launcher='mpi'.*pytorch"):
        prepare_device(cfg, training=True)


def test_one_process_needs_nothing(cfg):
    before = cfg.pretty_text
    prepare_device(cfg, training=True)
    assert cfg.pretty_text == before


def test_with_cuda_the_config_stays_as_it_is(cfg, monkeypatch):
    opened = []
    monkeypatch.setattr(launch, 'open_group', opened.append)
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    cfg.optim_wrapper.type = 'AmpOptimWrapper'
    cfg.sync_bn, cfg.launcher = 'torch', 'pytorch'
    before = cfg.pretty_text
    prepare_device(cfg, training=True)
    assert opened == [cfg]
    assert cfg.pretty_text == before


@pytest.mark.parametrize('launcher', ['pytorch', 'slurm'])
def test_gloo_wrapper_passes_find_unused_parameters_on(
    cfg, monkeypatch, launcher
):
    opened = []
    monkeypatch.setattr(launch, 'open_group', opened.append)
    monkeypatch.setattr(launch, 'adopt_slurm_ranks', lambda: None)
    cfg.launcher, cfg.find_unused_parameters = launcher, True
    prepare_device(cfg, training=True)
    assert opened == [cfg]
    assert cfg.model_wrapper_cfg == dict(
        type='MMDistributedDataParallel',
        device_ids=None,
        broadcast_buffers=False,
        find_unused_parameters=True,
    )
