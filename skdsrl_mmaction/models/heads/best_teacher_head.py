from typing import Dict

from mmaction.registry import MODELS
from torch import Tensor

from ..views import Views
from .kd_head import KDHead


@MODELS.register_module()
class BestTeacherHead(KDHead):
    """Distil the best weights of the run so far into the present ones.

    Source: "Teaching Yourself: A Self-Knowledge Distillation Approach to
    Action Recognition", https://ieeexplore.ieee.org/document/9495804/, the
    paper's [30], and its code, https://github.com/vdquang1991/Self-KD. The
    teacher sees the same view in evaluation mode. ``BestTeacherHook``
    replaces it whenever a validation is better than all before. Until the
    first validation there is none and the loss is 0; the authors' code has a
    teacher of random weights there.

    Args:
        tau (float): Temperature, > 0. Defaults to 10, as in the code.
        loss_weight (float): ``lambda``, >= 0, without the factor
            ``tau ** 2``. Defaults to 0.1, as in the code.

    Raises:
        ValueError: If ``tau`` or ``loss_weight`` is out of range.
    """

    needs_teacher = False  # of another config
    needs_validation = True
    hook = 'BestTeacherHook'

    def __init__(self, tau: float = 10, loss_weight: float = 0.1) -> None:
        super().__init__(tau, loss_weight)

    def forward(self, views: Views) -> Dict[str, Tensor]:
        """Compare the logits of the present and the best weights.

        Args:
            views (Views): With the teacher's logits, if there is one.

        Returns:
            dict: ``loss_kd``, a scalar >= 0, mean over the views.
        """
        if views.teacher is None:
            return dict(loss_kd=views.p[0].new_zeros(()))
        return super().forward(views)
