from typing import Dict, Sequence

import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import Tensor

from ..auxiliary_losses import as_clips, attention_distance
from ..losses import teacher_kl
from ..numbers import (
    require_integer,
    require_not_negative,
    require_positive,
)
from ..views import Views
from .self_teacher import SelfTeacher
from .training_head import TrainingHead


@MODELS.register_module()
class FRSKDHead(TrainingHead):
    """Feature refinement via self-knowledge distillation.

    Source: Eq. 3 to 5 of "Refine Myself by Teaching Myself: Feature
    Refinement via Self-Knowledge Distillation",
    https://arxiv.org/abs/2103.08273, the paper's [17] and family (c) of its
    Fig. 1. A :class:`SelfTeacher` refines the feature maps F_i of the stages
    to T_i and predicts p_t. Beside the cross-entropy of p, which the
    recognizer adds:

    - ``CE(p_t, y)``, whose gradient reaches the self-teacher and the stages;
    - ``alpha * tau^2 * KL(p_t || p)`` at temperature tau;
    - ``beta`` times the distance of the attention maps of F_i and T_i, summed
      over the stages.

    The last two do not train the self-teacher. The mean of the views is
    taken. The defaults are those of the authors' code for ResNet-18 on
    CIFAR-100, https://github.com/MingiJi/FRSKD. As there, the divergence has
    the factor ``tau^2`` and p_t first, where Eq. 4 has p first, and the
    distance is a mean of squares, where Eq. 3 has a norm. What differs: maps
    are those of clips, and a Conv of the self-teacher is one depthwise
    separable convolution, where the code has two. In a 2D recognizer the
    segments of a video are the axis of time.

    Args:
        num_classes (int): K. The recognizer fills in this and the next.
        stage_channels (dict[str, int]): Channels of the ``stages``.
        stages (Sequence[str]): Modules of the backbone, from first to last,
            at least two. Defaults to the four stages of a ResNet.
        width (int): Channels of the self-teacher over those of a stage, >= 1.
            Defaults to 2.
        tau (float): Temperature, > 0. Defaults to 4.
        alpha (float): Weight of the soft label, >= 0. Defaults to 2.
        beta (float): Weight of the attention maps, >= 0. Defaults to 100.

    Raises:
        ValueError: If there is only one stage, or a number is out of range.
    """

    stages = ('layer1', 'layer2', 'layer3', 'layer4')

    def __init__(
        self,
        num_classes: int,
        stage_channels: Dict[str, int],
        stages: Sequence[str] = stages,
        width: int = 2,
        tau: float = 4,
        alpha: float = 2,
        beta: float = 100,
    ) -> None:
        super().__init__()
        if len(stages) < 2:
            raise ValueError(
                f'FRSKDHead.stages={stages!r} must name two stages or more'
            )
        require_integer('FRSKDHead.width', width)
        require_positive('FRSKDHead.tau', tau)
        require_not_negative('FRSKDHead.alpha', alpha)
        require_not_negative('FRSKDHead.beta', beta)
        self.stages = tuple(stages)
        self.tau = tau
        self.alpha = alpha
        self.beta = beta
        channels = [stage_channels[stage] for stage in self.stages]
        self.self_teacher = SelfTeacher(channels, num_classes, width)

    def forward(self, views: Views) -> Dict[str, Tensor]:
        """Train the self-teacher and distil it, on every view.

        Args:
            views (Views): Any number, with the ``stages``.

        Returns:
            dict: ``loss_frskd_ce``, ``loss_frskd_kl`` and ``loss_frskd_at``,
            weighted scalars >= 0.
        """
        ce = kl = attention = 0
        labels = views.labels
        for p, stages in zip(views.p, views.stages):
            features = [as_clips(stages[x], len(p)) for x in self.stages]
            refined, p_t = self.self_teacher(features)
            ce = ce + F.cross_entropy(p_t, labels)
            kl = kl + self.tau**2 * teacher_kl(p, p_t, self.tau)
            attention = attention + sum(
                map(attention_distance, features, refined)
            )
        number = len(views.p)
        return dict(
            loss_frskd_ce=ce / number,
            loss_frskd_kl=self.alpha * kl / number,
            loss_frskd_at=self.beta * attention / number,
        )
