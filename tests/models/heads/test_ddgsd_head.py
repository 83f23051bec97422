import pytest
import torch
from mmaction.registry import MODELS

from skdsrl_mmaction.models.self_distillation_losses import (
    mean_discrepancy,
    mutual_kl,
)
from skdsrl_mmaction.models.views import Views


def test_weights_of_both_losses():
    cfg = dict(type='DDGSDHead', tau=2, loss_weight=3, mmd_weight=5)
    r, p = (torch.randn(2, 4, width).unbind() for width in (8, 5))
    losses = MODELS.build(cfg)(Views((), r, p, (), []))
    assert losses == dict(
        loss_mutual=3 * mutual_kl(*p, 2), loss_mmd=5 * mean_discrepancy(*r)
    )


@pytest.mark.parametrize(
    'option', [dict(tau=0), dict(loss_weight=-1), dict(mmd_weight=-1)]
)
def test_values_out_of_range(option):
    ((key, value),) = option.items()
    with pytest.raises(ValueError, match=f'DDGSDHead.{key}.*{value}'):
        MODELS.build(dict(type='DDGSDHead', **option))
