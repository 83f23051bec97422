import copy
import math

import pytest
import torch

from skdsrl_mmaction.models.heads import FRSKDHead
from skdsrl_mmaction.models.heads.self_teacher import Fusion, resize
from skdsrl_mmaction.models.views import Views
from tests.support import auxiliary


class Fixed(torch.nn.Module):
    """A self-teacher whose maps and logits are those given to it."""

    def __init__(self, refined, p):
        super().__init__()
        self.refined, self.p = refined, torch.tensor(p)

    def forward(self, stages):
        return self.refined, self.p


def small_head(**kwargs):
    channels = dict(layer1=2, layer2=4, layer3=8)
    return FRSKDHead(3, channels, stages=list(channels), **kwargs)


def one_view():
    stages = {
        f'layer{i}': torch.randn(4, 2**i, size, size, size, requires_grad=True)
        for i, size in zip((1, 2, 3), (8, 4, 2))
    }
    p = torch.randn(4, 3, requires_grad=True)
    samples = auxiliary.batch(3)[1] + auxiliary.batch(1)[1]
    return Views((), (None,), (p,), (stages,), samples)


def test_by_hand():
    head = FRSKDHead(
        num_classes=2,
        stage_channels=dict(layer1=1, layer2=1),
        stages=['layer1', 'layer2'],
        tau=2,
        alpha=3,
        beta=10,
    )
    # The attention of the stage is (0.6, 0.8), that of the teacher (1, 0).
    stage = torch.tensor([3.0, 4.0]).sqrt().view(1, 1, 1, 1, 2)
    sharp = torch.tensor([5.0, 0.0]).view(1, 1, 1, 1, 2)
    p = torch.zeros(1, 2, requires_grad=True)
    views = Views(
        (),
        (None,),
        (p,),
        (dict(layer1=stage, layer2=stage),),
        auxiliary.batch(1)[1],
    )
    head.self_teacher = Fixed([sharp, stage], [[2 * math.log(3), 0.0]])
    losses = head(views)
    assert losses['loss_frskd_at'].item() == pytest.approx(10 * 0.8 / 2)
    kl = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert losses['loss_frskd_kl'].item() == pytest.approx(3 * 4 * kl)
    assert losses['loss_frskd_ce'].item() == pytest.approx(math.log(10 / 9))


def test_which_loss_trains_what():
    head, views = small_head(), one_view()
    losses = head(views)
    for key in 'loss_frskd_kl', 'loss_frskd_at':
        losses[key].backward(retain_graph=True)
    # What is taught does not train the self-teacher.
    assert all(p.grad is None for p in head.parameters())
    assert views.p[0].grad.any()
    assert all(x.grad.any() for x in views.stages[0].values())
    taught = views.p[0].grad.clone()
    losses['loss_frskd_ce'].backward()
    assert all(p.grad is not None for p in head.parameters())
    assert torch.equal(views.p[0].grad, taught)


def test_refined_maps_have_the_sizes_of_the_stages():
    head, views = small_head(width=3), one_view()
    refined, p = head.self_teacher(list(views.stages[0].values()))
    assert [tuple(x.shape) for x in refined] == [
        (4, 6, 8, 8, 8),
        (4, 12, 4, 4, 4),
        (4, 24, 2, 2, 2),
    ]
    assert p.shape == (4, 3)


def test_the_first_map_knows_the_last_stage_and_the_other_way_round():
    """Both paths are there: top-down and bottom-up."""
    head, views = small_head().eval(), one_view()
    stages = [x.detach() for x in views.stages[0].values()]
    before, _ = head.self_teacher(stages)
    for changed in 0, 2:
        other = copy.copy(stages)
        other[changed] = other[changed] + 1
        after, _ = head.self_teacher(other)
        assert not any(torch.equal(a, b) for a, b in zip(before, after))


def test_fusion_weighs_its_maps():
    fusion = Fusion(2, 1)
    fusion.conv = torch.nn.Identity()
    a, b = torch.full((2, 1, 1, 1, 1, 1), 4.0).unbind(0)
    assert fusion(a, 2 * b).item() == pytest.approx(6, rel=1e-3)
    with torch.no_grad():
        fusion.weights[:] = torch.tensor([3.0, -1.0])  # none is negative
    assert fusion(a, 2 * b).item() == pytest.approx(4, rel=1e-3)


def test_resize_interpolates_and_takes_the_largest():
    x = torch.tensor([1.0, 3.0]).view(1, 1, 1, 1, 2)
    like = torch.zeros(1, 1, 1, 1, 4)
    assert resize(x, like).flatten().tolist() == [1, 1.5, 2.5, 3]
    assert resize(x, like[..., :1]).flatten().tolist() == [3]


def test_losses_fall_and_the_student_is_stock():
    torch.manual_seed(0)
    model = auxiliary.build(dict(type='FRSKDHead'))
    seen = auxiliary.train(model)
    for key in 'loss_cls', 'loss_frskd_ce', 'loss_frskd_at':
        assert seen[-1][key] < 0.8 * seen[0][key]
    auxiliary.assert_tests_in_stock(model)


@pytest.mark.parametrize(
    'option, message',
    [
        (dict(tau=0), 'FRSKDHead.tau.*0'),
        (dict(width=0), 'FRSKDHead.width.*0'),
        (dict(width=1.5), 'FRSKDHead.width.*1.5'),
        (dict(alpha=-1), 'FRSKDHead.alpha.*-1'),
        (dict(beta=math.inf), 'FRSKDHead.beta.*inf'),
        (dict(stages=['layer1']), 'FRSKDHead.stages.*two'),
    ],
)
def test_values_out_of_range(option, message):
    with pytest.raises(ValueError, match=message):
        auxiliary.build(dict(type='FRSKDHead', **option))
