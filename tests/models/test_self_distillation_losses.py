import math

import pytest
import torch
import torch.nn.functional as F

from skdsrl_mmaction.models.self_distillation_losses import (
    class_wise_kl,
    mean_discrepancy,
    mutual_kl,
    soften_by_past,
)


def logits(*rows):
    return torch.tensor(rows, dtype=torch.float64, requires_grad=True)


# 2 log 3 at tau = 2 is (3/4, 1/4); 0 is (1/2, 1/2).
SURE, EVEN = [2 * math.log(3), 0.0], [0.0, 0.0]
EVEN_SURE = 0.5 * math.log(0.5 / 0.75) + 0.5 * math.log(0.5 / 0.25)
SURE_EVEN = 0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5)


def test_mutual_kl_by_hand():
    p1, p2 = logits(SURE), logits(EVEN)
    loss = mutual_kl(p1, p2, tau=2)
    assert loss.item() == pytest.approx(4 * (EVEN_SURE + SURE_EVEN))
    assert mutual_kl(p2, p1, tau=2).item() == pytest.approx(loss.item())
    assert mutual_kl(p1, p1, tau=2).item() == 0
    loss.backward()
    # tau^2 (s - s_other) / tau: the view that teaches is a constant.
    assert p1.grad[0].tolist() == pytest.approx([0.5, -0.5])
    assert p2.grad[0].tolist() == pytest.approx([-0.5, 0.5])


def test_mean_discrepancy_by_hand():
    r1, r2 = logits([1.0, 0.0], [3.0, 4.0]), logits([0.0, 0.0], [0.0, 2.0])
    loss = mean_discrepancy(r1, r2)
    assert loss.item() == 2**2 + 1**2  # of the means (2, 2) and (0, 1)
    loss.backward()
    assert r1.grad.tolist() == [[2, 1], [2, 1]]
    assert torch.equal(r2.grad, -r1.grad)
    # It compares the sets, not the videos.
    assert mean_discrepancy(r1, r1.flip(0)).item() == 0
    with pytest.raises(ValueError, match=r'\(2, 2\) and \(1, 2\)'):
        mean_discrepancy(r1, r2[:1])


def test_class_wise_kl_by_hand():
    p = logits(SURE, EVEN, SURE, EVEN)
    loss = class_wise_kl(p, torch.tensor([1, 1, 0, 1]), tau=2)
    # The second pair is none: the classes differ.
    expected = 4 * (EVEN_SURE + SURE_EVEN) / 4
    assert loss.item() == pytest.approx(expected)
    loss.backward()
    assert p.grad.tolist() == [
        pytest.approx([0.125, -0.125]),
        pytest.approx([-0.125, 0.125]),
        [0, 0],
        [0, 0],
    ]
    for rows, labels in ((3, 3), (4, 3)):
        with pytest.raises(ValueError, match='even number N'):
            class_wise_kl(p[:rows], torch.zeros(labels), tau=2)


def test_soften_by_past_by_hand():
    p = logits([math.log(3), 0.0], [math.log(3), 0.0])  # s = (3/4, 1/4)
    past = torch.tensor([[0.5, 0.5], [0.0, 0.0]], dtype=torch.float64)
    past.requires_grad_()
    loss = soften_by_past(p, past, torch.tensor([0, 1]), alpha=0.4)
    of_past = -0.5 * (math.log(0.75) + math.log(0.25))
    expected = 0.4 * (of_past + math.log(0.75)) / 2  # the second has no past
    assert loss.item() == pytest.approx(expected)
    loss.backward()
    assert past.grad is None
    # alpha (y - past) / N.
    assert p.grad.tolist() == [pytest.approx([0.1, -0.1]), [0, 0]]


def test_with_the_cross_entropy_it_is_that_of_the_mixed_target():
    p, labels = torch.randn(6, 5, dtype=torch.float64), torch.arange(6) % 5
    past = torch.randn(6, 5, dtype=torch.float64).softmax(1)
    mixed = 0.7 * F.one_hot(labels, 5) + 0.3 * past
    expected = F.cross_entropy(p, mixed)
    found = F.cross_entropy(p, labels) + soften_by_past(p, past, labels, 0.3)
    torch.testing.assert_close(found, expected)
    with pytest.raises(ValueError, match=r'\(6, 5\) and \(6, 4\)'):
        soften_by_past(p, past[:, :4], labels, 0.3)


@pytest.mark.parametrize('kind', [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_float32(kind):
    p1, p2, labels = (
        torch.randn(4, 5),
        torch.randn(4, 5),
        torch.zeros(4).long(),
    )
    p1, p2 = p1.to(kind), p2.to(kind)
    losses = [
        mutual_kl(p1, p2, 3),
        mean_discrepancy(p1, p2),
        class_wise_kl(p1, labels, 3),
        soften_by_past(p1, p2.float().softmax(1), labels, 0.5),
    ]
    assert {loss.dtype for loss in losses} == {torch.float32}
