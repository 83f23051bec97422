from typing import Dict

from mmaction.registry import MODELS
from torch import Tensor

from ..losses import teacher_kl
from ..numbers import require_not_negative, require_positive
from ..views import Views
from .training_head import TrainingHead


@MODELS.register_module()
class KDHead(TrainingHead):
    """Distil the softened logits of a frozen teacher.

    Source: "Distilling the Knowledge in a Neural Network",
    https://arxiv.org/abs/1503.02531. The head has no parameters.

    Args:
        tau (float): Temperature, > 0. Defaults to 4.
        loss_weight (float): Weight of the divergence, >= 0. Defaults to 16,
            which is ``tau ** 2``.

    Raises:
        ValueError: If ``tau`` or ``loss_weight`` is out of range.
    """

    needs_teacher = True

    def __init__(self, tau: float = 4, loss_weight: float = 16) -> None:
        super().__init__()
        name = type(self).__name__
        require_positive(f'{name}.tau', tau)
        require_not_negative(f'{name}.loss_weight', loss_weight)
        self.tau = tau
        self.loss_weight = loss_weight

    def forward(self, views: Views) -> Dict[str, Tensor]:
        """Compare the logits of student and teacher, mean over the views.

        Args:
            views (Views): With the teacher's logits.

        Returns:
            dict: ``loss_kd``, a scalar >= 0.
        """
        kl = [
            teacher_kl(p, p_teacher, self.tau)
            for p, p_teacher in zip(views.p, views.teacher.p)
        ]
        return dict(loss_kd=self.loss_weight * sum(kl) / len(kl))
