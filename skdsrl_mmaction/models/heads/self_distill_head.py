from typing import Dict

from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

from ..losses import soft_label_kl
from ..numbers import is_not_negative, is_positive


@MODELS.register_module()
class SelfDistillHead(BaseModule):
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

    def __init__(
        self,
        tau: float = 10,
        loss_weight: float = 0.1,
        detach_soft_label: bool = False,
    ) -> None:
        super().__init__()
        if not is_positive(tau):
            raise ValueError(
                'distill_head.tau must be a finite temperature > 0 (the '
                f'paper uses 10), but is {tau!r}'
            )
        if not is_not_negative(loss_weight):
            raise ValueError(
                'distill_head.loss_weight (alpha) must be finite and >= 0, '
                f'but is {loss_weight!r}'
            )
        self.tau = tau
        self.loss_weight = loss_weight
        self.detach_soft_label = detach_soft_label

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
