"""A training step of every recognizer, backbone and head, made small."""

import functools
import sys
import types

import matrix
import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.model import revert_sync_batchnorm
from torch import nn

from skdsrl_mmaction.mixing import add_skdsrl

N, CLASSES = 2, 5
NARROW = {'backbone.base_channels': 8, 'cls_head.in_channels': 256}
V2 = {
    'backbone.input_resolution': 32,
    'backbone.width': 64,
    'backbone.layers': 4,
    'backbone.heads': 4,
    'backbone.t_size': 4,
    'backbone.return_list': [2, 3],
    'backbone.n_layers': 2,
    'backbone.n_dim': 64,
    'backbone.n_head': 4,
    'backbone.mlp_dropout': [0.5, 0.5],
    'cls_head.in_channels': 64,
}
KINETICS = 'kinetics400-rgb.py'
# The first config of its kind that shows most, what is made smaller in its
# model, and the size of one view.
SMALL = {
    f'c2d/c2d_r50-in1k-pre-nopool_8xb32-8x8x1-100e_{KINETICS}': (
        {'backbone.depth': 18, 'cls_head.in_channels': 512},
        (8, 3, 32, 32),
    ),
    f'c2d/c2d_r50-in1k-pre_8xb32-8x8x1-100e_{KINETICS}': (
        {},
        (3, 8, 32, 32),
    ),
    'c3d/c3d_sports1m-pretrained_8xb30-16x1x1-45e_ucf101-rgb.py': (
        {'backbone.out_dim': 2048},
        (3, 16, 32, 32),
    ),
    f'csn/ircsn_ig65m-pretrained-r50-bnfrozen_8xb12-32x2x1-58e_{KINETICS}': (
        NARROW,
        (3, 8, 32, 32),
    ),
    f'i3d/i3d_imagenet-pretrained-r50-nl-gaussian_8xb8-32x2x1-100e_{KINETICS}': (  # noqa: E501
        NARROW,
        (3, 8, 32, 32),
    ),
    f'mvit/mvit-small-p244_k400-maskfeat-pre_8xb32-16x4x1-100e_{KINETICS}': (
        {
            'backbone.arch': dict(
                embed_dims=16,
                num_layers=4,
                num_heads=1,
                downscale_indices=[1, 3],
            ),
            'backbone.spatial_size': 64,
            'backbone.temporal_size': 4,
            'cls_head.in_channels': 64,
        },
        (3, 4, 64, 64),
    ),
    f'r2plus1d/r2plus1d_r34_8xb8-8x8x1-180e_{KINETICS}': (
        {'backbone.base_channels': 8, 'cls_head.in_channels': 64},
        (3, 8, 32, 32),
    ),
    f'slowfast/slowfast_r50_8xb8-4x16x1-256e_{KINETICS}': (
        {
            'backbone.slow_pathway.base_channels': 16,
            'backbone.fast_pathway.base_channels': 2,
            'cls_head.in_channels': 576,
        },
        (3, 32, 32, 32),
    ),
    f'slowonly/slowonly_r50_8xb16-4x16x1-256e_{KINETICS}': (
        NARROW,
        (3, 4, 32, 32),
    ),
    f'swin/swin-tiny-p244-w877_in1k-pre_8xb8-amp-32x2x1-30e_{KINETICS}': (
        {
            'backbone.arch': dict(
                embed_dims=16, depths=[2, 2, 2, 2], num_heads=[1, 1, 2, 2]
            ),
            'cls_head.in_channels': 128,
        },
        (3, 4, 64, 64),
    ),
    'tanet/tanet_imagenet-pretrained-r50_8xb8-1x1x8-50e_sthv1-rgb.py': (
        {},
        (8, 3, 32, 32),
    ),
    f'timesformer/timesformer_divST_8xb8-8x32x1-15e_{KINETICS}': (
        {
            'backbone.num_frames': 2,
            'backbone.img_size': 32,
            'backbone.embed_dims': 32,
            'backbone.num_heads': 2,
            'backbone.num_transformer_layers': 2,
            'cls_head.in_channels': 32,
        },
        (3, 2, 32, 32),
    ),
    'tin/tin_imagenet-pretrained-r50_8xb6-1x1x8-40e_sthv1-rgb.py': (
        {},
        (8, 3, 32, 32),
    ),
    f'tpn/tpn-slowonly_r50_8xb8-8x8x1-150e_{KINETICS}': (
        {
            'backbone.base_channels': 8,
            'neck.in_channels': (128, 256),
            'neck.out_channels': 128,
            'neck.spatial_modulation_cfg': dict(
                in_channels=(128, 256), out_channels=256
            ),
            'neck.level_fusion_cfg.in_channels': (128, 128),
            'neck.level_fusion_cfg.mid_channels': (128, 128),
            'neck.level_fusion_cfg.out_channels': 64,
            'neck.aux_head_cfg.out_channels': CLASSES,
        },
        (3, 8, 32, 32),
    ),
    'tpn/tpn-tsm_imagenet-pretrained-r50_8xb8-1x1x8-150e_sthv1-rgb.py': (
        {
            'neck.out_channels': 128,
            'neck.level_fusion_cfg.in_channels': (128, 128),
            'neck.level_fusion_cfg.mid_channels': (128, 128),
            'neck.level_fusion_cfg.out_channels': 64,
            'neck.aux_head_cfg.out_channels': CLASSES,
        },
        (8, 3, 32, 32),
    ),
    'trn/trn_imagenet-pretrained-r50_8xb16-1x1x8-50e_sthv2-rgb.py': (
        {},
        (8, 3, 32, 32),
    ),
    f'tsm/tsm_imagenet-pretrained-mobilenetv2_8xb16-1x1x8-100e_{KINETICS}': (
        {},
        (8, 3, 32, 32),
    ),
    f'tsm/tsm_imagenet-pretrained-r50-nl-gaussian_8xb16-1x1x8-50e_{KINETICS}': (  # noqa: E501
        {},
        (8, 3, 32, 32),
    ),
    'uniformer/uniformer-small_imagenet1k-pre_16x4x1_kinetics400-rgb.py': (
        {
            'backbone.depth': [1, 1, 1, 1],
            'backbone.embed_dim': [16, 32, 32, 64],
            'backbone.head_dim': 16,
            'cls_head.in_channels': 64,
        },
        (3, 4, 64, 64),
    ),
    'uniformerv2/uniformerv2-base-p16-res224_clip-kinetics710-kinetics-'
    'k400-pre_16xb32-u8_mitv1-rgb.py': (V2, (3, 4, 32, 32)),
    'uniformerv2/uniformerv2-base-p16-res224_clip-kinetics710-pre_8xb32-u8_'
    f'{KINETICS}': (V2, (3, 4, 32, 32)),
    'videomae/vit-base-p16_videomae-k400-pre_16x4x1_kinetics-400.py': (
        {
            'backbone.img_size': 32,
            'backbone.embed_dims': 32,
            'backbone.depth': 2,
            'backbone.num_heads': 2,
            'backbone.num_frames': 4,
            'cls_head.in_channels': 32,
        },
        (3, 4, 32, 32),
    ),
    'x3d/x3d_s_13x6x1_facebook-kinetics400-rgb.py': ({}, (3, 4, 32, 32)),
}


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


def small_config(name):
    cfg = matrix.load(name)
    if matrix.is_test_only(cfg):
        cfg = matrix.borrow_train_part(cfg)
    options, shape = SMALL[name]
    for key, value in options.items():
        *parents, last = key.split('.')
        functools.reduce(dict.get, parents, cfg.model)[last] = value
    cfg.model.cls_head.num_classes = CLASSES
    blending = cfg.model.data_preprocessor.get('blending')
    for augment in blending.augments if blending else []:
        augment.num_classes = CLASSES
    return cfg, shape


def build(cfg):
    # As the Runner does on a CPU.
    model = revert_sync_batchnorm(MODELS.build(cfg.model))
    model.train()
    return model


def without_chance(model):
    for module in model.modules():
        if isinstance(module, nn.modules.dropout._DropoutNd):
            module.p = 0.0
        if hasattr(module, 'drop_prob'):
            module.drop_prob = 0.0
    return model


def backward(model, *batch):
    losses = model.loss(*batch)
    total = sum(value for key, value in losses.items() if 'loss' in key)
    model.zero_grad()
    total.backward()
    return losses, total


def first(n, size, replace):
    return np.arange(size)


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
    _, twice = backward(mixed, torch.cat([x, x], dim=1), labels(N))
    assert twice.item() == pytest.approx(2 * once.item(), rel=1e-5)
    grads = {key: param.grad for key, param in mixed.named_parameters()}
    largest = max(
        p.grad.norm() for p in stock.parameters() if p.grad is not None
    )
    learning = set()
    for key, param in stock.named_parameters():
        if param.grad is None:
            assert grads[key] is None, key
            continue
        learning.add(key)
        error = (grads[key] - 2 * param.grad).norm()
        assert error < 1e-4 * max(param.grad.norm(), 1e-3 * largest), key
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
