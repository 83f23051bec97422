import pytest
import torch

from skdsrl_mmaction.models.auxiliary_losses import (
    as_clips,
    attention_distance,
    attention_map,
    feature_distance,
    hint_distance,
    pool,
)


def test_feature_distance_by_hand():
    f = torch.tensor([[1.0, 2.0], [0.0, 0.0]], requires_grad=True)
    f_last = torch.tensor([[0.0, 0.0], [3.0, 4.0]], requires_grad=True)
    loss = feature_distance(f, f_last)
    assert loss.item() == (5 + 25) / 2
    loss.backward()
    assert f.grad.tolist() == [[1, 2], [-3, -4]]
    assert f_last.grad is None


def test_attention_map_by_hand():
    # Two channels and two positions; the means of the squares are 3 and 4.
    features = torch.tensor([[[6.0, 0.0], [0.0, 8.0]]]).sqrt()
    torch.testing.assert_close(
        attention_map(features), torch.tensor([[0.6, 0.8]])
    )


def test_attention_distance_by_hand():
    features = torch.tensor([[[6.0, 0.0], [0.0, 8.0]]]).sqrt()
    refined = torch.tensor([[[7.0, 0.0]]])  # 1 and 0, whatever the scale
    loss = attention_distance(features, refined)
    assert loss.item() == pytest.approx((0.4**2 + 0.8**2) / 2)


def test_attention_knows_positions_alone():
    features = torch.randn(2, 6, 2, 3, 3, requires_grad=True)
    refined = (3 * features.flip(1)).detach().requires_grad_()
    assert attention_distance(features, refined) < 1e-12
    moved = refined.roll(1, dims=-1)
    loss = attention_distance(features, moved)
    assert loss > 1e-4
    loss.backward()
    assert features.grad.any() and refined.grad is None


def test_hint_distance_by_hand():
    guided = torch.tensor([0.0, 4.0]).view(1, 1, 1, 1, 2).requires_grad_()
    hint = torch.tensor([1.0, 3.0]).view(1, 1, 1, 1, 2).requires_grad_()
    loss = hint_distance(guided, hint)
    assert loss.item() == (1 + 1) / 2 / 2
    loss.backward()
    assert guided.grad.flatten().tolist() == [-0.5, 0.5]
    assert hint.grad is None


def test_hint_distance_of_other_sizes():
    guided = torch.tensor([0.0, 4.0]).view(1, 1, 1, 1, 2)
    hint = torch.tensor([1.0, 0.0]).view(1, 1, 2, 1, 1)
    # Averages of 2 and of 0.5.
    assert hint_distance(guided, hint).item() == 1.5**2 / 2
    assert hint_distance(hint, guided).item() == 1.5**2 / 2


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r'f_last .*\(2, 3\) and \(2, 4\)'):
        feature_distance(torch.ones(2, 3), torch.ones(2, 4))
    with pytest.raises(ValueError, match=r'hint .*\(1, 3\) and \(1, 4\)'):
        hint_distance(torch.ones(1, 3, 1, 1, 1), torch.ones(1, 4, 1, 1, 1))
    with pytest.raises(ValueError, match=r'refined .*\(1, 4\) and \(1, 9\)'):
        attention_distance(torch.ones(1, 1, 2, 2), torch.ones(1, 1, 3, 3))


def test_segments_are_time():
    stage = torch.arange(2 * 3 * 4 * 5 * 5).view(6, 4, 5, 5)  # 3 segments
    clips = as_clips(stage, batch=2)
    assert clips.shape == (2, 4, 3, 5, 5)
    assert torch.equal(clips[1, :, 2], stage[5])
    assert as_clips(clips, batch=2) is clips


def test_pool_is_the_mean():
    clips = torch.arange(8.0).view(1, 1, 2, 2, 2)
    assert pool(clips).tolist() == [[3.5]]
