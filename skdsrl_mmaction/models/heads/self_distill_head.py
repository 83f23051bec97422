from typing import Dict

from mmaction.registry import MODELS
from torch import Tensor

from ..losses import soft_label_kl
from ..numbers import require_not_negative, require_positive
from ..views import Views
from .training_head import TrainingHead


@MODELS.register_module()
class SelfDistillHead(TrainingHead):
    """Self-knowledge distillation between two views (Eq. 2).

    The head has no parameters.

    Args:
        tau (float): Temperature, > 0. Defaults to 10 (section IV-A).
        loss_weight (float): ``alpha`` of Eq. 5, >= 0. Defaults to 0.1.
        detach_soft_label (bool): Whether to stop the gradient through the
            soft label; Eq. 2 does not. Defaults to False.

    Raises:
        ValueError: If ``tau`` or ``loss_weight`` is out of range.
    """

    num_views = 2

    def __init__(
        self,
        tau: float = 10,
        loss_weight: float = 0.1,
        detach_soft_label: bool = False,
    ) -> None:
        super().__init__()
        require_positive('distill_head.tau (the paper uses 10)', tau)
        require_not_negative('distill_head.loss_weight (alpha)', loss_weight)
        self.tau = tau
        self.loss_weight = loss_weight
        self.detach_soft_label = detach_soft_label

    def forward(self, views: Views) -> Dict[str, Tensor]:
        """Return :meth:`loss` of the logits of two views."""
        return self.loss(*views.p)

    def loss(self, p1: Tensor, p2: Tensor) -> Dict[str, Tensor]:
        """Weighted Eq. 2 of two logit matrices.

        Args:
            p1 (Tensor): Logits of view 1, (N, K).
            p2 (Tensor): Logits of view 2, (N, K).

        Returns:
            dict: ``loss_kl``, a scalar >= 0.
        """
        kl = soft_label_kl(p1, p2, self.tau, self.detach_soft_label)
        return dict(loss_kl=self.loss_weight * kl)
