import math

import pytest
import torch

from skdsrl_mmaction.models.representation_losses import (
    barlow_twins_loss,
    byol_loss,
    nt_xent_loss,
    prototype_scores,
    sinkhorn_codes,
    supervised_contrastive_loss,
    swapped_prediction_loss,
    vicreg_terms,
)

X, Y, W = (1, 1, -1, -1), (1, -1, 1, -1), (3, 1, -1, -3)
LABELS = torch.tensor([0, 1, 0, 2, 1, 1])
LOSSES = {
    'barlow_twins': barlow_twins_loss,
    'supcon': lambda z1, z2: supervised_contrastive_loss(z1, z2, LABELS),
    'simclr': nt_xent_loss,
    'vicreg': lambda z1, z2: sum(vicreg_terms(z1, z2)),
    'swav': swapped_prediction_loss,
}


def double(rows, **kwargs):
    return torch.tensor(rows, dtype=torch.float64, **kwargs)


def views(n=6, d=5):
    z = torch.randn(2, n, d, dtype=torch.float64)
    return [x.requires_grad_() for x in z]


def test_barlow_twins_by_hand():
    z1, z2 = double([X, Y]).T, double([W, Y]).T
    # W has variance 5. Its correlation with X is 8 / (4 sqrt 5), with Y
    # 4 / (4 sqrt 5); X and Y have none.
    expected = (1 - 2 / math.sqrt(5)) ** 2 + 0.3 / 5
    loss = barlow_twins_loss(z1, z2, off_diagonal_weight=0.3)
    assert loss.item() == pytest.approx(expected, rel=1e-4)  # eps of BatchNorm


def test_barlow_twins_does_not_see_mean_and_scale_of_a_channel():
    z1, z2 = views()
    loss = barlow_twins_loss(z1, z2)
    scaled = barlow_twins_loss(3 * z1 + 5, z2)
    torch.testing.assert_close(loss, scaled, rtol=1e-4, atol=0)
    loss.backward()
    size = z1.grad.norm()
    assert z1.grad.sum(dim=0).norm() < 1e-9 * size
    assert (z1.grad * z1.detach()).sum(dim=0).norm() < 1e-4 * size


def test_nt_xent_by_hand():
    e = double([[1, 0], [0, 1]])
    # Its other view has cosine 1, both views of the other video have 0.
    loss = nt_xent_loss(e, 3 * e, tau=0.5)
    assert loss.item() == pytest.approx(math.log(1 + 2 * math.exp(-2)))


def test_supervised_contrastive_by_hand():
    e = double([[1, 0], [0, 1]])
    # All three others are of its class, with the cosines 1, 0 and 0.
    loss = supervised_contrastive_loss(e, e, torch.tensor([7, 7]), tau=1)
    expected = math.log(math.e + 2) - 1 / 3
    assert loss.item() == pytest.approx(expected)


def test_supervised_contrastive_as_its_paper_writes_it():
    z1, z2 = views()
    z = [x / x.norm() for x in (*z1, *z2)]
    labels = [*LABELS, *LABELS]
    expected = 0
    for i, own in enumerate(labels):
        others = [a for a in range(12) if a != i]
        total = sum((z[i] @ z[a] / 0.2).exp() for a in others)
        positives = [p for p in others if labels[p] == own]
        expected -= sum(
            ((z[i] @ z[p] / 0.2).exp() / total).log() for p in positives
        ) / len(positives)
    loss = supervised_contrastive_loss(z1, z2, LABELS, tau=0.2)
    torch.testing.assert_close(loss, expected / 12)


def test_videos_of_their_own_classes_are_simclr():
    z1, z2 = views()
    torch.testing.assert_close(
        nt_xent_loss(z1, z2, 0.3),
        supervised_contrastive_loss(z1, z2, torch.arange(6), 0.3),
    )


@pytest.mark.parametrize('name', ['simclr', 'supcon'])
def test_cosines_have_no_gradient_along_the_vectors(name):
    z1, z2 = views()
    LOSSES[name](z1, z2).backward()
    assert z1.grad.norm() > 0
    assert (z1.grad * z1.detach()).sum(dim=1).abs().max() < 1e-12


def test_vicreg_by_hand():
    z1, z2 = double([[0, 0], [2, 2]]), double([[0, 0], [0, 2]])
    invariance, variance, covariance = vicreg_terms(z1, z2)
    assert invariance == 1  # 4 of four numbers
    # Channel 1 of view 2 does not vary; all others have variance 2.
    assert variance.item() == pytest.approx((1 - 0.01) / 2)
    assert covariance == 4  # view 1: 2 squared, twice, over two channels


def test_vicreg_terms_without_a_gradient():
    z, _ = views(n=64)
    invariance, variance, _ = vicreg_terms(3 * z, 3 * z)
    assert variance == 0  # all channels have a deviation above 1
    grads = torch.autograd.grad(invariance + variance, z)
    assert not grads[0].any()


def test_byol_by_hand():
    v = double([[1, 0], [0, 2]], requires_grad=True)
    z = double([[3, 3], [0, -1]], requires_grad=True)
    loss = byol_loss(v, z)
    expected = (2 - math.sqrt(2) + 4) / 2
    assert loss.item() == pytest.approx(expected)
    loss.backward()
    assert z.grad is None and v.grad.norm() > 0


def test_sinkhorn_by_hand():
    scores = double([[math.log(3), 0], [0, 0]]) / 2
    once = sinkhorn_codes(scores, epsilon=0.5, iterations=1)
    # Columns (3, 1) and (1, 1) become (3/4, 1/4) and (1/2, 1/2).
    torch.testing.assert_close(once, double([[3 / 5, 2 / 5], [1 / 3, 2 / 3]]))
    codes = sinkhorn_codes(scores, epsilon=0.5, iterations=100)
    torch.testing.assert_close(codes.sum(dim=0), double([1, 1]))
    torch.testing.assert_close(codes.sum(dim=1), double([1, 1]))
    # Rescaling rows and columns keeps this ratio.
    ratio = codes[0, 0] * codes[1, 1] / (codes[0, 1] * codes[1, 0])
    assert ratio.item() == pytest.approx(3)


def test_swapped_prediction_takes_the_code_of_the_other_view_as_a_constant():
    s1, s2 = (torch.rand(2, 4, 6, dtype=torch.float64) * 2 - 1).unbind()
    s1.requires_grad_()
    loss = swapped_prediction_loss(s1, s2)
    q1, q2 = sinkhorn_codes(s1), sinkhorn_codes(s2)

    def cross_entropy(scores, q):
        p = (scores / 0.1).exp() / (scores / 0.1).exp().sum(1, keepdim=True)
        return -(q * p.log()).sum() / 4

    expected = cross_entropy(s1, q2) + cross_entropy(s2, q1)
    torch.testing.assert_close(loss, expected)
    loss.backward()
    # Of log softmax, without a part through the codes.
    p1 = (s1.detach() / 0.1).softmax(dim=1)
    torch.testing.assert_close(s1.grad, (p1 - q2) / 0.1 / 4)


def test_prototype_scores_are_cosines():
    z, c = torch.randn(3, 5), torch.randn(4, 5)
    expected = torch.cosine_similarity(z[:, None], c, dim=2)
    torch.testing.assert_close(prototype_scores(2 * z, 3 * c), expected)


@pytest.mark.parametrize('name', LOSSES)
def test_swapping_the_views_changes_nothing(name):
    z1, z2 = views()
    torch.testing.assert_close(LOSSES[name](z1, z2), LOSSES[name](z2, z1))


@pytest.mark.parametrize('name', LOSSES)
def test_autocast_does_not_round(name):
    z1, z2 = torch.randn(2, 6, 64)
    exact = LOSSES[name](z1, z2)
    with torch.autocast('cpu', torch.bfloat16):
        assert torch.equal(LOSSES[name](z1, z2), exact)
    half = LOSSES[name](z1.bfloat16(), z2.bfloat16())
    assert half.dtype == torch.float32


@pytest.mark.parametrize('name', LOSSES)
def test_shapes_that_do_not_fit(name):
    with pytest.raises(ValueError, match=r'same shape.*\(6, 5\).*\(6, 4\)'):
        LOSSES[name](torch.zeros(6, 5), torch.zeros(6, 4))


def test_labels_that_do_not_fit():
    z = torch.zeros(6, 5)
    with pytest.raises(ValueError, match=r'labels.*\(6,\).*\(6, 1\)'):
        supervised_contrastive_loss(z, z, LABELS[:, None])


def test_one_video_has_no_variance():
    z = torch.zeros(1, 5)
    with pytest.raises(ValueError, match=r'2 or more.*\(1, 5\)'):
        vicreg_terms(z, z)
