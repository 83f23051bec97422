"""SKD-SRL over RGB frames and skeletons at once."""

from typing import Dict, Tuple

import torch
from mmaction.models import MMRecognizer3D
from mmaction.registry import MODELS
from mmaction.utils import SampleList
from torch import Tensor

from ..losses import at_least_float32
from .classifier import capture_input
from .skdsrl import SKDSRLMixin


@MODELS.register_module()
class SKDSRLMMRecognizer3D(SKDSRLMixin, MMRecognizer3D):
    """SKD-SRL over RGBPoseConv3D; see :class:`SKDSRLMixin`.

    Inputs are a dict with (N, 2, C, T, H, W) for each modality. Its head has a
    classifier for each, and a cross-entropy each. The representation is what
    both classifiers see, side by side; the logits of Eq. 2 are the mean of
    both, which is on the scale that tau is meant for. Both are chosen here.
    """

    def _split_views(
        self, inputs: Dict[str, Tensor]
    ) -> Tuple[Dict[str, Tensor], ...]:
        views = zip(*map(super()._split_views, inputs.values()))
        return tuple(dict(zip(inputs, view)) for view in views)

    def _encode(
        self, x: Dict[str, Tensor], data_samples: SampleList
    ) -> Tuple[Tensor, Tensor, Dict[str, Tensor]]:
        feats, _ = self.extract_feat(x, data_samples=data_samples)
        head = self.cls_head
        fc_rgb, fc_pose = head.fc_rgb, head.fc_pose
        with capture_input(fc_rgb) as rgb, capture_input(fc_pose) as pose:
            scores = head(feats)
        scores = {key: at_least_float32(p) for key, p in scores.items()}
        losses = head.loss_by_feat(scores, data_samples)
        p = torch.stack(list(scores.values())).mean(dim=0)
        return torch.cat([*rgb, *pose], dim=1), p, losses

    def _classify(
        self, p: Tensor, data_samples: SampleList
    ) -> Dict[str, Tensor]:
        """Nothing: the losses are those of the modalities, see _encode."""
        return {}
