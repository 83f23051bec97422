from typing import Dict, Sequence, Tuple

import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.model import BaseModule, ModuleList
from torch import Tensor, nn

from ..auxiliary_losses import as_clips, feature_distance, pool
from ..losses import at_least_float32, teacher_kl
from ..numbers import require_not_negative, require_positive
from ..views import Views
from .convolutions import conv
from .training_head import TrainingHead


@MODELS.register_module()
class BYOTHead(TrainingHead):
    """Self-distillation from the last layer into branches at earlier ones.

    Source: "Be Your Own Teacher: Improve the Performance of Convolutional
    Neural Networks via Self Distillation", https://arxiv.org/abs/1905.08094.
    A branch is a bottleneck, average pooling and a linear classifier. Summed
    over the branches i, with the last classifier C as their teacher:
    ``(1 - alpha) * CE(q_i, y) + alpha * KL(q_C || q_i) + lambda * ||F_i -
    F_C||^2``, the paper's loss sources 1, 2 and 3. The last classifier has
    cross-entropy alone, which the recognizer adds. Both teaching signals are
    constants. The mean of the views is taken.

    The defaults of tau, alpha and lambda are those of
    https://github.com/ArchipLab-LinfengZhang/pytorch-self-distillation-final,
    the authors' code of a later version with another distance of features.
    What video changes: the middle kernel of a bottleneck is 3 x 3 x 3 with
    stride 2. For images, that of
    https://github.com/luanyunteng/pytorch-be-your-own-teacher has a side of
    8, 4 and 2, which over three axes would be larger than the backbone. In a
    2D recognizer the segments of a video are the axis of time.

    Args:
        in_channels (int): D of the representation, which is F_C. The
            recognizer fills it in, and also the next two.
        num_classes (int): K.
        stage_channels (dict[str, int]): Channels of the ``stages``.
        stages (Sequence[str]): Modules of the backbone with a branch.
            Defaults to the first three stages of a ResNet.
        tau (float): Temperature of both labels, > 0. Defaults to 3.
        alpha (float): Share of the soft label, in [0, 1]. Defaults to 0.3.
        hint_weight (float): ``lambda``, >= 0. Defaults to 0.03.

    Raises:
        ValueError: If there is no stage, or a number is out of range.
    """

    stages = ('layer1', 'layer2', 'layer3')

    def __init__(
        self,
        in_channels: int,
        num_classes: int,
        stage_channels: Dict[str, int],
        stages: Sequence[str] = stages,
        tau: float = 3,
        alpha: float = 0.3,
        hint_weight: float = 0.03,
    ) -> None:
        super().__init__()
        require_positive('BYOTHead.tau', tau)
        require_not_negative('BYOTHead.alpha', alpha)
        require_not_negative('BYOTHead.hint_weight (lambda)', hint_weight)
        if alpha > 1:
            raise ValueError(f'BYOTHead.alpha={alpha!r} must be at most 1')
        if not stages:
            raise ValueError(f'BYOTHead.stages={stages!r} must name a stage')
        self.stages = tuple(stages)
        self.tau = tau
        self.alpha = alpha
        self.hint_weight = hint_weight
        self.branches = ModuleList(
            Branch(stage_channels[stage], in_channels, num_classes)
            for stage in self.stages
        )

    def forward(self, views: Views) -> Dict[str, Tensor]:
        """Train the branches of every view.

        Args:
            views (Views): Any number, with the ``stages``.

        Returns:
            dict: ``loss_byot_ce``, ``loss_byot_kl`` and ``loss_byot_hint``,
            weighted scalars >= 0.
        """
        ce = kl = hint = 0
        labels = views.labels
        for r, p, stages in zip(views.r, views.p, views.stages):
            for stage, branch in zip(self.stages, self.branches):
                f_i, p_i = branch(as_clips(stages[stage], len(labels)))
                ce = ce + F.cross_entropy(p_i, labels)
                kl = kl + teacher_kl(p_i, p, self.tau)
                hint = hint + feature_distance(f_i, r)
        number = len(views.p)
        return dict(
            loss_byot_ce=(1 - self.alpha) * ce / number,
            loss_byot_kl=self.alpha * kl / number,
            loss_byot_hint=self.hint_weight * hint / number,
        )


class Branch(BaseModule):
    """A classifier on the feature maps of a stage.

    Args:
        channels (int): C of the stage.
        width (int): D of the features.
        num_classes (int): K.
    """

    def __init__(self, channels: int, width: int, num_classes: int) -> None:
        super().__init__()
        middle = max(width // 4, 1)
        self.bottleneck = nn.Sequential(
            conv(channels, middle),
            conv(middle, middle, size=3, stride=2),
            conv(middle, width),
        )
        self.classifier = nn.Linear(width, num_classes)

    def forward(self, clips: Tensor) -> Tuple[Tensor, Tensor]:
        """Return features, (N, D), and logits, (N, K), of (N, C, T, H, W)."""
        f = pool(self.bottleneck(clips))
        return f, at_least_float32(self.classifier(f))
