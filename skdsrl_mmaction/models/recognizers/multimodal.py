"""A recognizer of RGB frames and skeletons with training heads."""

from typing import Dict, Sequence, Tuple

import torch
from mmaction.models import MMRecognizer3D
from mmaction.registry import MODELS
from mmaction.utils import SampleList
from torch import Tensor, nn

from ..losses import at_least_float32
from ..views import capture_stages
from .classifier import capture_input
from .skdsrl import SKDSRLMixin
from .training_heads import TrainingHeadsMixin


class MultimodalMixin(TrainingHeadsMixin):
    """Train RGBPoseConv3D with heads; see :class:`TrainingHeadsMixin`.

    Inputs are a dict with (N, V, C, T, H, W) for each modality. Its head has a
    classifier for each, and a cross-entropy each. The representation is what
    both classifiers see, side by side; the logits that the training heads see
    are the mean of both, which is on the scale that tau is meant for. Both
    are chosen here.
    """

    def _split_views(
        self, inputs: Dict[str, Tensor]
    ) -> Tuple[Dict[str, Tensor], ...]:
        views = zip(*map(super()._split_views, inputs.values()))
        return tuple(dict(zip(inputs, view)) for view in views)

    def encode_view(
        self,
        x: Dict[str, Tensor],
        data_samples: SampleList,
        stages: Sequence[str] = (),
    ) -> Tuple[Tensor, Tensor, Dict[str, Tensor], Dict[str, Tensor]]:
        """Encode one view; see :class:`TrainingHeadsMixin`."""
        r, p, features, scores = self._classify(self, x, data_samples, stages)
        losses = self.cls_head.loss_by_feat(scores, data_samples)
        return r, p, features, losses

    @staticmethod
    def _classify(
        network: nn.Module,
        x: Dict[str, Tensor],
        data_samples: SampleList,
        stages: Sequence[str],
    ) -> Tuple[Tensor, Tensor, Dict[str, Tensor], Dict[str, Tensor]]:
        with capture_stages(network.backbone, stages) as features:
            # The stock method writes into the dict that it gets.
            feats, _ = network.extract_feat(dict(x), data_samples=data_samples)
        head = network.cls_head
        fc_rgb, fc_pose = head.fc_rgb, head.fc_pose
        with capture_input(fc_rgb) as rgb, capture_input(fc_pose) as pose:
            scores = head(feats)
        r = torch.cat([*rgb, *pose], dim=1)
        scores = {key: at_least_float32(p) for key, p in scores.items()}
        p = torch.stack(list(scores.values())).mean(dim=0)
        return r, p, features, scores


@MODELS.register_module()
class SKDSRLMMRecognizer3D(MultimodalMixin, SKDSRLMixin, MMRecognizer3D):
    """SKD-SRL over RGBPoseConv3D; see both mixins."""


@MODELS.register_module()
class DistillMMRecognizer3D(MultimodalMixin, MMRecognizer3D):
    """RGBPoseConv3D with any training heads; see :class:`MultimodalMixin`."""
