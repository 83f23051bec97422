import pytest
import torch
import torch.distributed as dist
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample

from skdsrl_mmaction.models.views import Views
from tests.support.ranks import run_ranks

K = 5


def views(indices, *p):
    samples = []
    for index in indices:
        sample = ActionDataSample(metainfo=dict(sample_idx=index))
        samples.append(sample.set_gt_label(index % K))
    return Views((), (), p, (), samples)


def head(videos=6, progress=0.5, **kwargs):
    built = MODELS.build(dict(type='PSKDHead', num_classes=K, **kwargs))
    built.remember(videos)
    built.progress = progress
    return built


def test_a_video_learns_from_its_prediction_of_an_epoch_before():
    mine = head(alpha=0.8)
    first, second = torch.randn(2, 3, K).unbind()
    assert mine(views([4, 0, 2], first))['loss_past'] == 0  # no past yet
    remembered = mine.past.clone()
    assert torch.equal(remembered[[4, 0, 2]], first.softmax(1))
    assert not remembered[[1, 3, 5]].any()

    second.requires_grad_()
    loss = mine(views([2, 1, 4], second))['loss_past']
    labels = torch.tensor([2, 1, 4])
    target = F.one_hot(labels, K).float()
    target[0] += 0.4 * (first[2].softmax(0) - target[0])
    target[2] += 0.4 * (first[0].softmax(0) - target[2])
    total = F.cross_entropy(second, labels) + loss
    torch.testing.assert_close(total, F.cross_entropy(second, target))
    assert torch.equal(mine.past[[2, 1, 4]], second.detach().softmax(1))
    assert torch.equal(mine.past[0], remembered[0])


def test_views_share_a_past_that_is_their_mean():
    mine, p = head(), torch.randn(2, 2, K)
    mine(views([0, 1], *p))
    torch.testing.assert_close(mine.past[:2], p.softmax(2).mean(0))
    one, two = (head() for _ in range(2))
    for each, chosen in ((mine, p), (one, p[:1]), (two, p[1:])):
        each.past[:2] = torch.tensor([0.2] * K)
        each.loss = each(views([0, 1], *chosen))['loss_past']
    torch.testing.assert_close(mine.loss, (one.loss + two.loss) / 2)


def test_a_step_of_nan_leaves_no_prediction():
    mine, p = head(), torch.randn(2, K)
    p[0, 1] = torch.nan
    mine(views([3, 5], p))
    assert not mine.past[3].any() and mine.past[5].sum() > 0.99
    assert mine(views([3, 5], torch.randn(2, K)))['loss_past'].isfinite()


def test_the_memory_is_saved_and_loaded():
    mine, other = head(), head()
    mine(views([1, 2], torch.randn(2, K)))
    other.load_state_dict(mine.state_dict())
    assert torch.equal(other.past, mine.past) and mine.past.any()
    mine.remember(6)  # a second call forgets nothing
    assert torch.equal(other.past, mine.past)


def rank(indices, logits):
    dist.init_process_group('gloo')
    mine = head()
    me = dist.get_rank()
    mine(views(indices[me], logits[me]))
    return mine.past


def test_all_ranks_remember_what_each_has_seen():
    indices, logits = [[0, 3], [5, 1]], torch.randn(2, 2, K)
    first, second = run_ranks(rank, 2, indices, logits)
    assert torch.equal(first, second)
    expected = torch.zeros(6, K)
    for rows, p in zip(indices, logits):
        expected[rows] = p.softmax(1)
    assert torch.equal(first, expected)


def test_without_the_hook_or_the_number_of_a_video():
    built = MODELS.build(dict(type='PSKDHead', num_classes=K))
    with pytest.raises(
        RuntimeError, match='PastPredictionsHook.*custom_hooks'
    ):
        built(views([0], torch.randn(1, K)))
    seen = Views((), (), (torch.randn(1, K),), (), [ActionDataSample()])
    with pytest.raises(ValueError, match='sample_idx.*meta_keys'):
        head()(seen)
    for alpha in -0.1, 1.1:
        with pytest.raises(ValueError, match=f'PSKDHead.alpha={alpha}'):
            head(alpha=alpha)
