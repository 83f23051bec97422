import pytest
import torch
from mmaction.registry import MODELS
from torch import nn


def build(**kwargs):
    return MODELS.build(dict(type='SiameseHead', **kwargs))


def test_architecture_of_section_3b():
    head = build(in_channels=512)
    assert isinstance(head.projector, nn.Linear)
    assert head.projector.out_features == 2048
    kinds = [type(layer) for layer in head.predictor]
    assert kinds == [nn.Linear, nn.BatchNorm1d, nn.ReLU, nn.Linear]
    assert head.predictor[0].out_features == 512
    assert head.predictor[3].out_features == 2048
    assert head.loss_weight == 1


def test_each_view_is_a_constant_for_the_other():
    """Gradients equal those of Eq. 3 with numbers in place of z."""
    head = build(in_channels=6, proj_channels=8, pred_channels=4).double()
    r1, r2 = torch.randn(2, 5, 6, dtype=torch.float64)
    r1.requires_grad_()
    head.loss(r1, r2)['loss_sim'].backward()

    def cosine(a, b):
        return (a * b).sum(1) / a.norm(dim=1) / b.norm(dim=1)

    again = r1.detach().requires_grad_()
    z2 = head.projector(r2).detach().numpy()
    v1 = head.predictor(head.projector(again))
    (-0.5 * cosine(v1, torch.from_numpy(z2)).mean()).backward()
    # Without the stop-gradient, r1 would also learn through z1.
    torch.testing.assert_close(r1.grad, again.grad)


def test_range_and_weight():
    head = build(in_channels=6, proj_channels=8, pred_channels=4)
    r1, r2 = torch.randn(2, 5, 6)
    sim = head.loss(r1, r2)['loss_sim']
    assert -1 <= sim <= 1
    head.loss_weight = 3.0
    torch.testing.assert_close(head.loss(r1, r2)['loss_sim'], 3 * sim)


def test_batch_of_one_is_a_clear_error_in_training_only():
    head = build(in_channels=6, proj_channels=8, pred_channels=4)
    one = torch.randn(1, 6)
    with pytest.raises(ValueError, match='train_dataloader.drop_last=True'):
        head.loss(one, one)
    assert head.eval() and head.loss(one, one)['loss_sim'].isfinite()


@pytest.mark.parametrize(
    'option',
    [
        dict(in_channels=None),
        dict(proj_channels=0),
        dict(pred_channels=-1),
        dict(pred_channels='512'),
        dict(proj_channels=2.5),
        dict(proj_layers=1.5),
        dict(proj_layers=True),
        dict(pred_layers=-1),
        dict(loss_weight=-1),
        dict(loss_weight=float('inf')),
        dict(loss_weight=float('nan')),
    ],
)
def test_values_out_of_range(option):
    ((key, value),) = option.items()
    with pytest.raises(ValueError, match=f'siamese_head.{key}.*{value}'):
        build(**{'in_channels': 6, **option})


@pytest.mark.parametrize(
    'options, v_width, layers',
    [
        (dict(proj_layers=0), 6, (0, 2)),
        (dict(proj_layers=3), 8, (3, 2)),
        (dict(pred_layers=0), 8, (1, 0)),
        (dict(pred_layers=3), 8, (1, 3)),
        (dict(norm=False, proj_layers=2), 8, (2, 2)),
    ],
)
def test_other_projectors_and_predictors(options, v_width, layers):
    head = build(in_channels=6, proj_channels=8, pred_channels=4, **options)
    z = head.projector(torch.randn(5, 6))
    v = head.predictor(z)
    assert z.shape == v.shape == (5, v_width)
    for part, number in zip((head.projector, head.predictor), layers):
        kinds = [type(module) for module in part.modules()]
        assert kinds.count(nn.Linear) == number
        norms = max(0, number - 1) if options.get('norm', True) else 0
        assert kinds.count(nn.BatchNorm1d) == norms
    loss = head.loss(torch.randn(5, 6), torch.randn(5, 6))['loss_sim']
    assert -1 <= loss.item() <= 1


def test_a_batch_of_one_trains_without_batch_norm():
    head = build(in_channels=6, proj_channels=8, norm=False)
    assert head.loss(torch.randn(1, 6), torch.randn(1, 6))['loss_sim'] <= 1
