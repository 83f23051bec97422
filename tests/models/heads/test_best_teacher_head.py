import pytest
import torch
from mmaction.registry import MODELS

from skdsrl_mmaction.models.losses import teacher_kl
from skdsrl_mmaction.models.views import Views


def test_until_there_is_a_teacher_the_loss_is_0():
    head = MODELS.build(dict(type='BestTeacherHead'))
    p = torch.randn(4, 5)
    seen = Views((), (), (p,), (), [])
    assert head(seen) == dict(loss_kd=0)
    teacher = torch.randn(4, 5)
    seen.teacher = Views((), (), (teacher,), (), [])
    # The paper's temperature and weight, without tau^2.
    expected = 0.1 * teacher_kl(p, teacher, 10)
    assert torch.equal(head(seen)['loss_kd'], expected)


def test_values_out_of_range():
    with pytest.raises(ValueError, match='BestTeacherHead.tau.*0'):
        MODELS.build(dict(type='BestTeacherHead', tau=0))
