import math

import pytest
import torch
from mmaction.registry import MODELS

from skdsrl_mmaction.models.views import Views


def views(p, teacher=None):
    return Views((), (), p, (), [], teacher)


def test_mean_over_the_views_by_hand():
    head = MODELS.build(dict(type='KDHead', tau=2, loss_weight=3))
    even = torch.zeros(1, 2, dtype=torch.float64, requires_grad=True)
    p_teacher = torch.tensor([[2 * math.log(3), 0.0]], dtype=torch.float64)
    # At tau = 2 the teacher says (3/4, 1/4); view 1 (1/2, 1/2), view 2 as the
    # teacher.
    p = (even, p_teacher.clone().requires_grad_())
    teacher = views((p_teacher.requires_grad_(), p_teacher))
    loss = head(views(p, teacher))['loss_kd']
    kl = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert loss.item() == pytest.approx(3 * kl / 2)
    loss.backward()
    assert p_teacher.grad is None
    # d KL / d p = (softmax(p / tau) - softmax(p_teacher / tau)) / tau.
    expected = 3 / 2 * (0.5 - 0.75) / 2
    assert even.grad[0].tolist() == pytest.approx([expected, -expected])


@pytest.mark.parametrize('option', [dict(tau=0), dict(loss_weight=-1)])
def test_values_out_of_range(option):
    ((key, value),) = option.items()
    with pytest.raises(ValueError, match=f'KDHead.{key}.*{value}'):
        MODELS.build(dict(type='KDHead', **option))
