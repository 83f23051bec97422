from typing import Dict

import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import Tensor

from ..losses import at_least_float32
from ..numbers import require_not_negative
from ..views import Views
from .training_head import TrainingHead


@MODELS.register_module()
class MARSHead(TrainingHead):
    """Pull the representation of the frames to that of a flow teacher.

    Source: "MARS: Motion-Augmented RGB Stream for Action Recognition",
    https://hal.inria.fr/hal-02140558, the paper's [14], with the
    cross-entropy that the recognizer adds: ``CE + alpha * MSE(r,
    r_teacher)``, the mean over channels, batch and views, where r is the
    input of the last linear layer. The head has no parameters.

    Args:
        loss_weight (float): ``alpha``, >= 0. Defaults to 50, as in the
            authors' code, https://github.com/craston/MARS.

    Raises:
        ValueError: If ``loss_weight`` is out of range.
    """

    needs_teacher = True

    def __init__(self, loss_weight: float = 50) -> None:
        super().__init__()
        require_not_negative('MARSHead.loss_weight (alpha)', loss_weight)
        self.loss_weight = loss_weight

    def forward(self, views: Views) -> Dict[str, Tensor]:
        """Compare the representations of student and teacher.

        Args:
            views (Views): Any number, with those of the teacher.

        Returns:
            dict: ``loss_mars``, a weighted scalar >= 0.
        """
        distances = [
            F.mse_loss(
                at_least_float32(r), at_least_float32(r_teacher.detach())
            )
            for r, r_teacher in zip(views.r, views.teacher.r)
        ]
        mse = sum(distances) / len(distances)
        return dict(loss_mars=self.loss_weight * mse)
