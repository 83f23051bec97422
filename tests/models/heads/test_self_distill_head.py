import pytest
import torch
from mmaction.registry import MODELS

from skdsrl_mmaction.models.losses import soft_label_kl


def build(**kwargs):
    return MODELS.build(dict(type='SelfDistillHead', **kwargs))


def test_defaults_are_the_papers():
    head = build()
    assert (head.tau, head.loss_weight) == (10, 0.1)
    assert head.detach_soft_label is False
    assert list(head.parameters()) == []


def test_loss_is_weighted():
    p1 = torch.tensor([[2.0, 0, 0], [0, 1, 0], [0, 0, 3], [1, 0, 0]])
    p2 = torch.tensor([[1.0, 0, 0], [2, 0, 0], [0, 1, 2], [5, 0, 0]])
    losses = build(tau=3, loss_weight=0.7).loss(p1, p2)
    torch.testing.assert_close(
        losses['loss_kl'], 0.7 * soft_label_kl(p1, p2, 3)
    )
    assert losses.keys() == {'loss_kl'}


@pytest.mark.parametrize(
    'option',
    [
        dict(tau=0),
        dict(tau=-1),
        dict(tau=float('inf')),
        dict(loss_weight=-0.1),
        dict(loss_weight=float('inf')),
        dict(loss_weight=float('nan')),
    ],
)
def test_values_out_of_range(option):
    ((key, value),) = option.items()
    with pytest.raises(ValueError, match=f'distill_head.{key}.*{value}'):
        build(**option)
