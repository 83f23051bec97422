import math

import numpy as np
import pytest
import torch

from skdsrl_mmaction.models.losses import (
    negative_cosine,
    similarity_loss,
    soft_label_kl,
)


def numpy_kl(p1, p2, tau):
    """Eq. 2 from its definition, in float64."""

    def softmax(x):
        e = np.exp(x - x.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)

    s, s1, s2 = (softmax(p / tau) for p in (p1 + p2, p1, p2))
    kl = (s * np.log(s / s1)).sum(1) + (s * np.log(s / s2)).sum(1)
    return kl.mean()


def test_soft_label_kl_by_hand():
    # softmax(p1) = (3/4, 1/4), softmax(p2) = (1/2, 1/2) and, since the
    # logits are added and not averaged, softmax(p1 + p2) = (3/4, 1/4).
    p1 = torch.tensor([[math.log(3), 0.0]], dtype=torch.float64)
    p2 = torch.zeros_like(p1)
    expected = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert soft_label_kl(p1, p2, tau=1).item() == pytest.approx(expected)


def test_soft_label_is_sharper_than_equal_views():
    # Two equal views still differ from their sum: softmax(2p) is not
    # softmax(p), here (9/10, 1/10) against (3/4, 1/4).
    p = torch.tensor([[math.log(3), 0.0]], dtype=torch.float64)
    expected = 2 * (0.9 * math.log(0.9 / 0.75) + 0.1 * math.log(0.1 / 0.25))
    assert soft_label_kl(p, p, tau=1).item() == pytest.approx(expected)


@pytest.mark.parametrize('tau', [1, 10, 0.5])
def test_soft_label_kl_against_definition(tau):
    p1, p2 = torch.randn(2, 5, 7, dtype=torch.float64) * 3
    expected = numpy_kl(p1.numpy(), p2.numpy(), tau)
    assert soft_label_kl(p1, p2, tau).item() == pytest.approx(expected)
    # Symmetric in the views, and unchanged by a constant added to a row.
    assert torch.equal(soft_label_kl(p1, p2, tau), soft_label_kl(p2, p1, tau))
    shifted = soft_label_kl(p1 + 3, p2, tau)
    assert shifted.item() == pytest.approx(expected)


def test_gradient_flows_through_the_soft_label():
    p1, p2 = torch.randn(2, 4, 6, dtype=torch.float64).requires_grad_()
    torch.autograd.gradcheck(lambda a, b: soft_label_kl(a, b, 2.0), (p1, p2))


def test_detached_soft_label_is_a_constant():
    p1, p2 = torch.randn(2, 4, 6, dtype=torch.float64)
    p1.requires_grad_()
    soft_label_kl(p1, p2, 2.0, detach_soft_label=True).backward()
    # d KL(s || softmax(p / tau)) / dp = (softmax(p / tau) - s) / tau / N
    s1 = (p1 / 2).softmax(1)
    s = ((p1 + p2) / 2).softmax(1)
    torch.testing.assert_close(p1.grad, ((s1 - s) / 2 / 4).detach())


def test_negative_cosine_by_hand():
    v = torch.tensor([[3.0, 4.0], [1.0, 0.0]])
    z = torch.tensor([[4.0, 3.0], [-2.0, 0.0]])
    expected = -(24 / 25 - 1) / 2
    assert negative_cosine(v, z).item() == pytest.approx(expected)


def test_stop_gradient():
    v, z = torch.randn(2, 3, 5).requires_grad_().unbind()
    v, z = v.detach().requires_grad_(), z.detach().requires_grad_()
    negative_cosine(v, z).backward()
    assert z.grad is None
    assert v.grad.abs().sum() > 0
    # The cosine does not change along v itself.
    assert (v.grad * v).sum(1).abs().max() < 1e-6


def test_similarity_by_hand():
    """Eq. 3: half of -cos(v1, z2) and half of -cos(v2, z1)."""
    z1, z2 = torch.tensor([[3.0, 4.0]]), torch.tensor([[1.0, 0.0]])
    v1, v2 = torch.tensor([[4.0, 3.0]]), torch.tensor([[0.0, 2.0]])
    expected = -(4 / 5 + 4 / 5) / 2
    assert similarity_loss(z1, z2, v1, v2).item() == pytest.approx(expected)
    # Swapping the views changes nothing.
    assert similarity_loss(z2, z1, v2, v1).item() == pytest.approx(expected)


def test_similarity_has_no_gradient_in_z():
    z1, z2, v1, v2 = (torch.randn(3, 5).requires_grad_() for _ in range(4))
    similarity_loss(z1, z2, v1, v2).backward()
    assert z1.grad is None and z2.grad is None
    assert v1.grad.abs().sum() > 0 and v2.grad.abs().sum() > 0


def test_losses_are_float32_for_half_inputs():
    a, b = torch.randn(2, 4, 6).bfloat16()
    assert soft_label_kl(a, b, 10).dtype == torch.float32
    assert negative_cosine(a, b).dtype == torch.float32
    assert similarity_loss(a, b, b, a).dtype == torch.float32


@pytest.mark.parametrize('loss', [soft_label_kl, negative_cosine])
def test_shapes_are_checked(loss):
    args = (10,) if loss is soft_label_kl else ()
    with pytest.raises(ValueError, match=r'\(4, 6\) and \(4, 5\)'):
        loss(torch.zeros(4, 6), torch.zeros(4, 5), *args)
