"""Mechanisms that add branches to the stages of any stock network."""

import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.optim import build_optim_wrapper

from skdsrl_mmaction.mixing import add_mechanism
from tests.support import matrix
from tests.support.small_models import CLASSES, small_config

SLOWONLY = 'slowonly/slowonly_r50_8xb16-4x16x1-256e_kinetics400-rgb.py'
TSM = (
    'tsm/tsm_imagenet-pretrained-r50-nl-gaussian_8xb16-1x1x8-50e_'
    'kinetics400-rgb.py'
)
MVIT = (
    'mvit/mvit-small-p244_k400-maskfeat-pre_8xb32-16x4x1-100e_'
    'kinetics400-rgb.py'
)


@pytest.mark.slow
@pytest.mark.parametrize('name', [SLOWONLY, TSM], ids=['slowonly', 'tsm'])
@pytest.mark.parametrize('mechanism', ['byot', 'frskd'])
def test_a_step_of_a_stock_network(name, mechanism):
    cfg, shape = small_config(name)
    mixed = add_mechanism(cfg, mechanism)
    assert mixed.train_dataloader.dataset == cfg.train_dataloader.dataset
    mixed.model.backbone.pretrained = None
    model = MODELS.build(mixed.model).train()
    optim_wrapper = build_optim_wrapper(model, mixed.optim_wrapper)
    if shape[0] == 3:
        shape = (1, *shape)
    inputs = [torch.randint(256, shape, dtype=torch.uint8) for _ in range(2)]
    samples = [ActionDataSample().set_gt_label(i % CLASSES) for i in range(2)]
    before = [p.clone() for p in model.train_heads.parameters()]
    batch = dict(inputs=inputs, data_samples=samples)
    logs = model.train_step(batch, optim_wrapper)
    assert logs['loss'].isfinite()
    assert logs[f'loss_{mechanism}_kl'] > 0
    after = model.train_heads.parameters()
    assert all(not torch.equal(a, b) for a, b in zip(before, after))


def test_a_network_without_stages_is_refused():
    with pytest.raises(ValueError, match="'layer1' is no module.*MViT"):
        add_mechanism(matrix.load(MVIT), 'byot')
