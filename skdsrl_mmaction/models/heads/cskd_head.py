from typing import Dict

from mmaction.registry import MODELS
from torch import Tensor

from ..numbers import require_not_negative, require_positive
from ..self_distillation_losses import class_wise_kl
from ..views import Views
from .training_head import TrainingHead


@MODELS.register_module()
class CSKDHead(TrainingHead):
    """Class-wise self-knowledge distillation (CS-KD).

    Source: Eq. 1 of "Regularizing Class-wise Predictions via Self-knowledge
    Distillation", https://arxiv.org/abs/2003.13964, the paper's [16], and its
    code, https://github.com/alinlab/cs-kd. Two videos of one class follow
    each other in the batch, as
    :class:`~skdsrl_mmaction.datasets.ClassPairSampler` makes it. The source
    draws a partner for each sample, which serves as a constant alone. Here
    the two of a pair teach each other and both count in the cross-entropy, so
    that a step costs what it costs without the head. The head has no
    parameters.

    Args:
        tau (float): Temperature, > 0. Defaults to 4, as in the code.
        loss_weight (float): ``lambda_cls``, >= 0, besides the factor
            ``tau ** 2``. Defaults to 1, as in the code for CIFAR-100.

    Raises:
        ValueError: If an argument is out of range.
    """

    sampler = 'ClassPairSampler'
    batch_multiple = 2

    def __init__(self, tau: float = 4, loss_weight: float = 1.0) -> None:
        super().__init__()
        require_positive('CSKDHead.tau', tau)
        require_not_negative('CSKDHead.loss_weight (lambda_cls)', loss_weight)
        self.tau = tau
        self.loss_weight = loss_weight

    def forward(self, views: Views) -> Dict[str, Tensor]:
        """Compare the logits within each pair of videos.

        Args:
            views (Views): Of N videos, N even.

        Returns:
            dict: ``loss_class``, a scalar >= 0, mean over the views; and
            ``same_class``, the share of pairs of one class, below 1 where a
            video could not be read and another one took its place.

        Raises:
            ValueError: If N is odd.
        """
        labels = views.labels
        kl = [class_wise_kl(p, labels, self.tau) for p in views.p]
        same = (labels[::2] == labels[1::2]).float().mean()
        return dict(
            loss_class=self.loss_weight * sum(kl) / len(kl), same_class=same
        )
