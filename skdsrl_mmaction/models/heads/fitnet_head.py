from typing import Dict, Sequence

from mmaction.registry import MODELS
from mmengine.model import ModuleList
from torch import Tensor, nn

from ..auxiliary_losses import as_clips, hint_distance
from ..numbers import require_not_negative
from ..views import Views
from .training_head import TrainingHead


@MODELS.register_module()
class FitNetHead(TrainingHead):
    """Predict a teacher's feature maps from those of an earlier layer.

    Source: "FitNets: Hints for Thin Deep Nets",
    https://arxiv.org/abs/1412.6550, the paper's [12]. A convolutional
    regressor maps the guided layer of the student to the hint layer of the
    teacher; the loss is half of their squared distance (Eq. 3), of which the
    mean of layers and views is taken.

    The source trains in two stages: first the student up to the guided layer
    and the regressor on this loss alone, then the student on a teacher's
    logits (its Eq. 2, here a :class:`KDHead` beside this one). Here both
    train together with the cross-entropy, so the loss has a weight, which the
    source does not give. The kernel of the regressor has a side of 1, and
    maps of another size are averaged to the smaller one, where the source
    has a kernel that makes the sizes equal.

    Args:
        stage_channels (dict[str, int]): Channels of the ``stages``. The
            recognizer fills in this and the next.
        teacher_channels (dict[str, int]): Channels of the ``teacher_stages``.
        stages (Sequence[str]): Guided layers of the student's backbone.
            Defaults to the second stage of a ResNet, the middle one.
        teacher_stages (Sequence[str]): For each its hint layer. Defaults to
            the second stage.
        loss_weight (float): >= 0. Defaults to 1.

    Raises:
        ValueError: If the layers do not make pairs or ``loss_weight`` is out
            of range.
    """

    needs_teacher = True
    stages = ('layer2',)
    teacher_stages = ('layer2',)

    def __init__(
        self,
        stage_channels: Dict[str, int],
        teacher_channels: Dict[str, int],
        stages: Sequence[str] = stages,
        teacher_stages: Sequence[str] = teacher_stages,
        loss_weight: float = 1,
    ) -> None:
        super().__init__()
        if len(stages) != len(teacher_stages) or not stages:
            raise ValueError(
                f'FitNetHead.stages={stages!r} and FitNetHead.teacher_stages='
                f'{teacher_stages!r} must name equally many layers, in pairs'
            )
        require_not_negative('FitNetHead.loss_weight', loss_weight)
        self.stages = tuple(stages)
        self.teacher_stages = tuple(teacher_stages)
        self.loss_weight = loss_weight
        self.regressors = ModuleList(
            nn.Conv3d(stage_channels[guided], teacher_channels[hint], 1)
            for guided, hint in zip(stages, teacher_stages)
        )

    def forward(self, views: Views) -> Dict[str, Tensor]:
        """Compare all pairs of layers, in every view.

        Args:
            views (Views): Any number, with those of the teacher.

        Returns:
            dict: ``loss_hint``, a weighted scalar >= 0.
        """
        batch = len(views.samples)
        distances = [
            hint_distance(
                regressor(as_clips(ours[guided], batch)),
                as_clips(theirs[hint], batch),
            )
            for ours, theirs in zip(views.stages, views.teacher.stages)
            for regressor, guided, hint in zip(
                self.regressors, self.stages, self.teacher_stages
            )
        ]
        return dict(
            loss_hint=self.loss_weight * sum(distances) / len(distances)
        )
