import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample

from skdsrl_mmaction.models.self_distillation_losses import class_wise_kl
from skdsrl_mmaction.models.views import Views


def views(labels, *p):
    samples = [ActionDataSample().set_gt_label(label) for label in labels]
    return Views((), (), p, (), samples)


def test_mean_over_the_views():
    head = MODELS.build(dict(type='CSKDHead', tau=2, loss_weight=3))
    labels, p = [1, 1, 0, 2], torch.randn(2, 4, 5).unbind()
    kl = [class_wise_kl(x, torch.tensor(labels), 2) for x in p]
    for count in 1, 2:
        found = head(views(labels, *p[:count]))
        expected = 3 * sum(kl[:count]) / count
        torch.testing.assert_close(found['loss_class'], expected)
        assert found['same_class'] == 0.5


def test_an_odd_batch():
    head = MODELS.build(dict(type='CSKDHead'))
    with pytest.raises(ValueError, match='even number'):
        head(views([0, 0, 1], torch.randn(3, 5)))


@pytest.mark.parametrize('option', [dict(tau=0), dict(loss_weight=-1)])
def test_values_out_of_range(option):
    ((key, value),) = option.items()
    with pytest.raises(ValueError, match=f'CSKDHead.{key}.*{value}'):
        MODELS.build(dict(type='CSKDHead', **option))
