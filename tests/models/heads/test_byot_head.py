import math

import pytest
import torch

from skdsrl_mmaction.models.heads import BYOTHead
from skdsrl_mmaction.models.views import Views
from tests.support import auxiliary


class Fixed(torch.nn.Module):
    """A branch whose features and logits are those given to it."""

    def __init__(self, f, p):
        super().__init__()
        self.f, self.p = torch.tensor(f), torch.tensor(p)

    def forward(self, clips):
        return self.f, self.p


def one_video(label=0):
    p = torch.tensor([[2 * math.log(3), 0.0]], requires_grad=True)
    r = torch.tensor([[1.0, 2.0]], requires_grad=True)
    maps = torch.ones(1, 3, 2, 2, 2)
    samples = auxiliary.batch(1)[1]
    stages = dict(layer1=maps, layer2=maps)
    return Views((maps,), (r,), (p,), (stages,), samples)


def test_by_hand():
    head = BYOTHead(
        in_channels=2,
        num_classes=2,
        stage_channels=dict(layer1=3, layer2=3),
        stages=('layer1', 'layer2'),
        tau=2,
        alpha=0.25,
        hint_weight=0.1,
    )
    # At tau = 2 the last classifier says (3/4, 1/4).
    head.branches[0] = Fixed([[0.0, 0.0]], [[0.0, 0.0]])
    head.branches[1] = Fixed([[1.0, 2.0]], [[2 * math.log(3), 0.0]])
    losses = head(one_video())
    kl = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert losses['loss_byot_kl'].item() == pytest.approx(0.25 * kl)
    ce = math.log(2) + math.log(10 / 9)  # of (1/2, 1/2) and (9/10, 1/10)
    assert losses['loss_byot_ce'].item() == pytest.approx(0.75 * ce)
    assert losses['loss_byot_hint'].item() == pytest.approx(0.1 * 5)


def test_the_last_classifier_is_a_constant():
    head = BYOTHead(2, 2, dict(layer1=3), stages=['layer1'])
    views = one_video()
    views.stages[0]['layer1'] = torch.randn(1, 3, 4, 4, 4, requires_grad=True)
    auxiliary.total(head(views)).backward()
    assert views.r[0].grad is None and views.p[0].grad is None
    assert views.stages[0]['layer1'].grad.any()
    assert all(p.grad is not None for p in head.parameters())


def test_views_are_averaged():
    head = BYOTHead(2, 2, dict(layer1=3), stages=['layer1']).eval()
    once = one_video()
    twice = Views(
        once.x * 2, once.r * 2, once.p * 2, once.stages * 2, once.samples
    )
    for key, loss in head(once).items():
        torch.testing.assert_close(head(twice)[key], loss)


def test_losses_fall_and_the_student_is_stock():
    torch.manual_seed(0)
    model = auxiliary.build(dict(type='BYOTHead'))
    assert len(model.train_heads[0].branches) == 3
    first, *_, last = auxiliary.train(model, steps=20)
    assert last['loss_cls'] < 0.1 * first['loss_cls']
    assert last['loss_byot_ce'] < 0.7 * first['loss_byot_ce']
    assert last['loss_byot_hint'] < 0.9 * first['loss_byot_hint']
    auxiliary.assert_tests_in_stock(model)


@pytest.mark.parametrize(
    'option, message',
    [
        (dict(tau=0), 'BYOTHead.tau.*0'),
        (dict(alpha=1.5), 'BYOTHead.alpha=1.5'),
        (dict(alpha=-1), 'BYOTHead.alpha.*-1'),
        (dict(hint_weight=math.nan), 'BYOTHead.hint_weight.*nan'),
        (dict(stages=()), 'BYOTHead.stages'),
        (dict(stages=['layer9']), "stage 'layer9' is no module.*layer4"),
    ],
)
def test_values_out_of_range(option, message):
    with pytest.raises(ValueError, match=message):
        auxiliary.build(dict(type='BYOTHead', **option))
