"""Heads that replace the Siamese head, alone and in a recognizer."""

import copy

import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from torch import nn

from skdsrl_mmaction.models import representation_losses as losses
from skdsrl_mmaction.models.views import Views

# Linear layers of the projector.
WIDTHS = {
    'BarlowTwinsHead': [2048, 2048, 2048],
    'SimCLRHead': [2048, 128],
    'SupConHead': [2048, 128],
    'VICRegHead': [2048, 2048, 2048],
    'BYOLHead': [4096, 256],
    'SwAVHead': [2048, 128],
}
HEADS = list(WIDTHS)
NARROW = dict(hidden_channels=16, proj_channels=8)
LABELS = [0, 1, 0, 2]


def recognizer(kind='SKDSRLRecognizer3D', **kwargs):
    return dict(
        type=kind,
        backbone=dict(type='R3D', depth=18, base_channels=4),
        cls_head=dict(
            type='I3DHead', num_classes=5, in_channels=32, dropout_ratio=0
        ),
        **kwargs,
    )


def build_model(name):
    return MODELS.build(recognizer(siamese_head=dict(type=name, **NARROW)))


def batch(n=4):
    inputs = torch.randn(n, 2, 3, 8, 32, 32)
    return inputs, [ActionDataSample().set_gt_label(x) for x in LABELS[:n]]


def build_head(name, **kwargs):
    facts = dict(in_channels=32)
    if name == 'SwAVHead':
        facts.update(num_classes=5)
    if name == 'BYOLHead':
        facts.update(recognizer=MODELS.build(recognizer(siamese_head=None)))
    return MODELS.build({'type': name, **facts, **kwargs})


def views(n=4):
    inputs, samples = batch(n)
    x = tuple(inputs.split(1, dim=1))
    r = tuple(torch.randn(2, n, 32).unbind())
    return Views(x, r, (), (), samples)


def total(terms):
    return sum(value for key, value in terms.items() if 'loss' in key)


@pytest.mark.parametrize('name', HEADS)
def test_projector(name):
    layers = [
        layer
        for layer in build_head(name).projector.modules()
        if isinstance(layer, nn.Linear)
    ]
    assert [layer.out_features for layer in layers] == WIDTHS[name]


def test_prototypes_are_three_for_each_class():
    assert build_head('SwAVHead').prototypes.weight.shape == (15, 128)
    head = build_head('SwAVHead', num_prototypes=7)
    assert head.prototypes.weight.shape == (7, 128)


@pytest.mark.parametrize(
    'name, loss, weight',
    [
        ('BarlowTwinsHead', losses.barlow_twins_loss, 5e-4),
        ('SimCLRHead', losses.nt_xent_loss, 1),
        (
            'SupConHead',
            lambda z1, z2: losses.supervised_contrastive_loss(
                z1, z2, torch.tensor(LABELS)
            ),
            1,
        ),
    ],
)
def test_loss_of_the_projections(name, loss, weight):
    head, both = build_head(name, **NARROW), views()
    expected = weight * loss(*(head.projector(r) for r in both.r))
    torch.testing.assert_close(total(head(both)), expected)


def test_vicreg_has_the_weights_of_its_paper():
    head, both = build_head('VICRegHead', **NARROW), views()
    z1, z2 = (head.projector(r) for r in both.r)
    invariance, variance, covariance = losses.vicreg_terms(z1, z2)
    terms = head(both)
    torch.testing.assert_close(terms['loss_invariance'], invariance)
    torch.testing.assert_close(terms['loss_variance'], variance)
    torch.testing.assert_close(terms['loss_covariance'], covariance / 25)


def test_swav_scores_the_prototypes():
    head, both = build_head('SwAVHead', **NARROW), views()
    scores = (
        losses.prototype_scores(head.projector(r), head.prototypes.weight)
        for r in both.r
    )
    expected = losses.swapped_prediction_loss(*scores)
    torch.testing.assert_close(head(both)['loss_swav'], expected)


@pytest.mark.parametrize('name', HEADS)
def test_weight_of_the_loss(name):
    head = build_head(name, **NARROW, loss_weight=1)
    both = views()
    once = total(head(both))
    head.loss_weight = 3
    torch.testing.assert_close(total(head(both)), 3 * once)


@pytest.mark.parametrize('name', HEADS)
def test_a_batch_of_one_video(name):
    message = f'{name} .* has 1: .*train_dataloader.drop_last=True'
    with pytest.raises(ValueError, match=message):
        build_head(name, **NARROW)(views(n=1))


@pytest.mark.parametrize(
    'name, option',
    [
        *((name, dict(loss_weight=-1)) for name in HEADS),
        ('SimCLRHead', dict(in_channels=None)),
        ('SimCLRHead', dict(proj_channels=0)),
        ('SimCLRHead', dict(hidden_channels=1.5)),
        ('SimCLRHead', dict(proj_layers=0)),
        ('SimCLRHead', dict(proj_layers=True)),
        ('SimCLRHead', dict(tau=0)),
        ('SupConHead', dict(tau=-1)),
        ('BarlowTwinsHead', dict(off_diagonal_weight=-1)),
        ('VICRegHead', dict(variance_weight=float('nan'))),
        ('BYOLHead', dict(momentum=1)),
        ('BYOLHead', dict(pred_layers=0)),
        ('BYOLHead', dict(recognizer=None)),
        ('SwAVHead', dict(num_prototypes=0)),
        ('SwAVHead', dict(num_prototypes=None, num_classes=None)),
        ('SwAVHead', dict(iterations=0)),
        ('SwAVHead', dict(tau=0)),
        ('SwAVHead', dict(epsilon=0)),
    ],
)
def test_values_out_of_range(name, option):
    (key, *_) = option
    message = f'{name}.{key} (must be .*{option[key]}|is missing)'
    with pytest.raises(ValueError, match=message):
        build_head(name, **{**NARROW, **option})


@pytest.mark.parametrize('name', HEADS)
def test_names_are_those_of_losses(name):
    """MMEngine adds up "loss", and logs "...lr" as a learning rate."""
    for key in build_head(name, **NARROW)(views()):
        assert key.startswith('loss_') and not key.endswith('lr')


# --- in a recognizer ---------------------------------------------------------


@pytest.mark.parametrize('name', HEADS)
def test_its_loss_falls_and_everything_learns(name):
    model = build_model(name)
    inputs, samples = batch()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    course = []
    for step in range(8):
        terms = model.loss(inputs, samples)
        course.append(
            sum(
                value.item()
                for key, value in terms.items()
                if 'loss' in key and 'cls' not in key and 'kl' not in key
            )
        )
        optimizer.zero_grad()
        total(terms).backward()
        if step == 0:
            silent = {
                key.split('.')[1]
                for key, param in model.named_parameters()
                if param.grad is None
            }
            targets = {'target_recognizer', 'target_projector'}
            assert silent == (targets if name == 'BYOLHead' else set())
        optimizer.step()
    assert course[-1] < 0.9 * course[0]


@pytest.mark.parametrize('name', HEADS)
def test_stock_recognizer_gives_equal_predictions(name):
    model = build_model(name)
    inputs, samples = batch()
    model.loss(inputs, samples)
    model.eval()
    stock = MODELS.build(recognizer('Recognizer3D')).eval()
    missing, unexpected = stock.load_state_dict(
        model.state_dict(), strict=False
    )
    assert missing == []
    assert {key.split('.')[0] for key in unexpected} == {'siamese_head'}
    with torch.no_grad():
        mine = model.predict(inputs, copy.deepcopy(samples))
        theirs = stock.predict(inputs, copy.deepcopy(samples))
    for a, b in zip(mine, theirs):
        assert torch.equal(a.pred_score, b.pred_score)


def test_supcon_with_soft_labels():
    model = build_model('SupConHead')
    inputs, samples = batch()
    for sample in samples:
        sample.set_gt_label(torch.rand(5).softmax(0))
    with pytest.raises(ValueError, match='data_preprocessor.blending'):
        model.loss(inputs, samples)
