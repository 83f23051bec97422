import pytest
import torch

from skdsrl_mmaction.models.monitors import feat_std, view_agreement


def test_feat_std_tells_collapse():
    assert feat_std(torch.ones(8, 16)).item() == pytest.approx(0, abs=1e-6)
    # Scale does not matter: the vectors are normalised.
    spread = torch.randn(2000, 64)
    assert feat_std(spread).item() == pytest.approx(1, rel=0.01)
    torch.testing.assert_close(feat_std(spread * 7), feat_std(spread))
    # By hand: (1, 0) and (0, 1) have standard deviation sqrt(1/2) in both
    # channels.
    assert feat_std(torch.eye(2)).item() == pytest.approx(1)


def test_feat_std_needs_two_vectors():
    with pytest.raises(ValueError, match=r'2 or more.*\(1, 16\)'):
        feat_std(torch.randn(1, 16))


def test_view_agreement_by_hand():
    p1 = torch.tensor([[2.0, 0, 0], [0, 1, 0], [0, 0, 3], [1, 0, 0]])
    p2 = torch.tensor([[1.0, 0, 0], [2, 0, 0], [0, 1, 2], [5, 0, 0]])
    assert view_agreement(p1, p2) == 0.75


def test_no_gradient_and_float32():
    x = torch.randn(4, 6, requires_grad=True)
    for value in (feat_std(x), view_agreement(x, x)):
        assert not value.requires_grad
    assert feat_std(x.bfloat16()).dtype == torch.float32
