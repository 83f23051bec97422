"""A training step of every recognizer, backbone, neck and head."""

import sys
import types

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.model import revert_sync_batchnorm
from torch import nn

from skdsrl_mmaction.mixing import add_skdsrl
from skdsrl_mmaction.models.recognizers.classifier import find_classifier
from tests.support import matrix
from tests.support.small_models import CLASSES, SMALL, small_config
from tests.support.steps import backward, check_doubled, spy, without_chance

N = 2  # videos


def kind(cfg):
    """Recognizer, backbone, neck and head."""
    parts = [cfg.model.get(x) or {} for x in ('backbone', 'neck', 'cls_head')]
    return (cfg.model.type, *(part.get('type') for part in parts))


def test_no_kind_is_left_out():
    """Those of other packages cannot be built here; see the matrix."""
    wanted = set()
    for name in matrix.NAMES:
        cfg = matrix.load(name)
        backbone = cfg.model.backbone.type
        if '.' not in backbone and backbone != 'MobileOneTSM':
            wanted.add(kind(cfg))
    wanted.remove(('RecognizerOmni', 'OmniResNet', None, 'OmniHead'))
    tested = [kind(matrix.load(name)) for name in SMALL]
    assert set(tested) == wanted
    assert len(tested) == len(wanted) == 23


def build(cfg):
    # As the Runner does on a CPU.
    model = revert_sync_batchnorm(MODELS.build(cfg.model))
    model.train()
    return model


def first(n, size, replace):
    return np.arange(size)


def check_representation(model, r, p):
    """What the Siamese head sees is what the classifier makes logits of."""
    classifier, width = find_classifier(model.cls_head)
    assert r.shape == (N, width)
    if not isinstance(classifier, nn.Linear):  # TRN takes segments apart
        r = r.view(N, -1, classifier.hidden_dim)
    torch.testing.assert_close(classifier(r), p, rtol=1e-4, atol=1e-5)


def labels(n):
    return [ActionDataSample().set_gt_label(i % CLASSES) for i in range(n)]


def tin_shift(x, shift):
    """What the operator of full mmcv does, (N, T, C, HW), without borders."""
    groups = x.chunk(shift.shape[1], dim=2)
    rows = [
        torch.stack([group[n].roll(int(s), 0) for n, s in enumerate(column)])
        for group, column in zip(groups, shift.T)
    ]
    return torch.cat(rows, dim=2)


@pytest.fixture
def full_mmcv(monkeypatch):
    operators = types.ModuleType('mmcv.ops')
    operators.tin_shift = tin_shift
    monkeypatch.setitem(sys.modules, 'mmcv.ops', operators)


@pytest.mark.parametrize('name', SMALL, ids=lambda name: name.split('_')[0])
def test_step(name, full_mmcv, monkeypatch):
    cfg, shape = small_config(name)
    mixed_cfg = add_skdsrl(cfg)
    stock, mixed = build(cfg), build(mixed_cfg)
    missing, unexpected = mixed.load_state_dict(
        stock.state_dict(), strict=False
    )
    assert {key.split('.')[0] for key in missing} == {'siamese_head'}
    assert not unexpected

    choice = np.random.choice
    # Twice the stock loss and gradient, of equal views and without chance.
    without_chance(stock), without_chance(mixed)
    monkeypatch.setattr(np.random, 'choice', first)  # TRN's relations
    is_2d = cfg.model.type == 'Recognizer2D'
    x = torch.randn(N, *shape) if is_2d else torch.randn(N, 1, *shape)
    _, once = backward(stock, x, labels(N))
    mixed.distill_head.loss_weight = mixed.siamese_head.loss_weight = 0
    with spy(mixed.distill_head) as kl, spy(mixed.siamese_head) as sim:
        _, twice = backward(mixed, torch.cat([x, x], dim=1), labels(N))
    check_representation(mixed, sim.call_args.args[0], kl.call_args.args[0])
    assert twice.item() == pytest.approx(2 * once.item(), rel=1e-5)
    learning = check_doubled(stock, mixed)
    monkeypatch.setattr(np.random, 'choice', choice)

    # One real step of two views.
    mixed.distill_head.loss_weight, mixed.siamese_head.loss_weight = 0.1, 1
    size = (2 * shape[0], *shape[1:]) if is_2d else (2, *shape)
    data = dict(
        inputs=[torch.randint(256, size, dtype=torch.uint8) for _ in range(N)],
        data_samples=labels(N),
    )
    optim_wrapper = matrix.build_optimizer(mixed, mixed_cfg.optim_wrapper)
    zero_grad = optim_wrapper.optimizer.zero_grad
    zero_grad()
    optim_wrapper.optimizer.zero_grad = lambda: None  # to look at them
    log_vars = mixed.train_step(data, optim_wrapper)
    parts = {k: v for k, v in log_vars.items() if 'loss' in k and k != 'loss'}
    assert log_vars['loss'].isfinite()
    assert log_vars['loss'].item() == pytest.approx(sum(parts.values()).item())
    aux = (
        {'loss_aux_view1', 'loss_aux_view2'}
        if cfg.model.get('neck')
        else set()
    )
    assert parts.keys() == aux | {
        'loss_cls_view1',
        'loss_cls_view2',
        'loss_kl',
        'loss_sim',
    }
    for key, param in mixed.named_parameters():
        if key in learning or key.startswith('siamese_head'):
            assert param.grad is not None and param.grad.isfinite().all(), key


def test_tin_names_full_mmcv():
    cfg, shape = small_config(
        'tin/tin_imagenet-pretrained-r50_8xb6-1x1x8-40e_sthv1-rgb.py'
    )
    model = build(add_skdsrl(cfg))
    x = torch.randn(2, 2 * shape[0], *shape[1:])
    with pytest.raises(ImportError, match='mmcv.ops'):
        model.loss(x, labels(2))
