from typing import Dict, Tuple

import torch
from mmaction.models import Recognizer2D, Recognizer3D
from mmaction.registry import MODELS
from mmaction.utils import OptConfigType, SampleList
from torch import Tensor

from ..losses import at_least_float32
from ..monitors import feat_std, view_agreement
from ..numbers import check_numbers
from .classifier import represent, representation_width

# Attributes of the recognizer, and the first part of their weights' names.
TRAINING_HEADS = ('distill_head', 'siamese_head')
PAPER_DISTILL_HEAD = dict(type='SelfDistillHead')
PAPER_SIAMESE_HEAD = dict(type='SiameseHead')


class SKDSRLMixin:
    """Train a stock recognizer by Algorithm 1; its test path is untouched.

    It has two training heads beside the stock ``cls_head``. A head that is
    None is not built: without ``siamese_head`` this is Self-KD, without both
    it is plain training on two views. Without a classifier, as for feature
    extraction, neither is built and ``loss()`` raises.

    Args:
        distill_head (dict, optional): Config of Eq. 2. Defaults to the
            paper's.
        siamese_head (dict, optional): Config of Eq. 3 and 4; ``in_channels``
            is taken from the classifier. Defaults to the paper's.
        **kwargs: The stock recognizer's own arguments.

    Raises:
        ValueError: If ``siamese_head.in_channels`` is not the width of what
            the classifier sees, or the weight of a loss or
            ``data_preprocessor.std`` is out of range.
    """

    def __init__(
        self,
        *args,
        distill_head: OptConfigType = PAPER_DISTILL_HEAD,
        siamese_head: OptConfigType = PAPER_SIAMESE_HEAD,
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        check_numbers(self)
        self.distill_head = self.siamese_head = None
        width = representation_width(getattr(self, 'cls_head', None))
        if width is None:
            return
        if distill_head is not None:
            self.distill_head = MODELS.build(distill_head)
        if siamese_head is not None:
            in_channels = siamese_head.get('in_channels')
            if in_channels not in (None, width):
                raise ValueError(
                    f'siamese_head.in_channels={in_channels}, but the '
                    f'classifier of {type(self.cls_head).__name__} sees '
                    f'{width} channels; leave in_channels out'
                )
            self.siamese_head = MODELS.build(
                dict(siamese_head, in_channels=width)
            )

    def loss(
        self, inputs: Tensor, data_samples: SampleList, **kwargs
    ) -> Dict[str, Tensor]:
        """Algorithm 1, lines 4 to 9.

        Args:
            inputs (Tensor): Both views, the first before the second on the
                clip axis: (N, 2, C, T, H, W) for a 3D recognizer, and
                (N, 2 * segments, C, H, W) for a 2D one.
            data_samples (list[:obj:`ActionDataSample`]): N labels.

        Returns:
            dict: ``loss_cls_view1``, ``loss_cls_view2``, ``loss_kl`` and
            ``loss_sim``, weighted, which add up to Eq. 5; a neck's auxiliary
            losses, for each view; the accuracy; and the monitors
            ``view_agreement`` and, from 2 videos on, ``feat_std``, of z or,
            without ``siamese_head``, of r.

        Raises:
            ValueError: If ``inputs`` does not hold two views.
            RuntimeError: If there is no linear classifier.
        """
        x1, x2 = self._split_views(inputs)
        r1, p1, aux1 = self._encode(x1, data_samples)  # N x D, N x K
        r2, p2, aux2 = self._encode(x2, data_samples)  # N x D, N x K

        losses = self._loss_of_views(
            {**self._classify(p1, data_samples), **aux1},
            {**self._classify(p2, data_samples), **aux2},
        )
        if self.distill_head is not None:
            losses.update(self.distill_head.loss(p1, p2))
        if self.siamese_head is not None:
            losses.update(self.siamese_head.loss(r1, r2))
        return {**losses, **self._monitors(r1, r2, p1, p2)}

    def _split_views(self, inputs: Tensor) -> Tuple[Tensor, Tensor]:
        clips = inputs.shape[1]
        if clips % 2 or (not isinstance(self, Recognizer2D) and clips != 2):
            raise ValueError(
                f'{type(self).__name__} trains on two views of each video, '
                f'but got inputs of shape {tuple(inputs.shape)} with '
                f'{clips} clips on axis 1; add SiameseTwoView to '
                'train_dataloader.dataset.pipeline, or SiameseTwoPass for '
                'skeletons and audio'
            )
        x1, x2 = inputs.chunk(2, dim=1)
        # Stock extract_feat() flattens the clip axis with view().
        return x1.contiguous(), x2.contiguous()

    def _encode(
        self, x: Tensor, data_samples: SampleList
    ) -> Tuple[Tensor, Tensor, Dict[str, Tensor]]:
        """Lines 5 and 6: representation, logits and auxiliary losses."""
        feats, head_kwargs = self.extract_feat(x, data_samples=data_samples)
        r, p = represent(
            getattr(self, 'cls_head', None), feats, len(x), **head_kwargs
        )
        aux = {
            key: at_least_float32(loss)
            for key, loss in head_kwargs.get('loss_aux', {}).items()
        }
        return r, p, aux

    def _classify(
        self, p: Tensor, data_samples: SampleList
    ) -> Dict[str, Tensor]:
        """The stock losses and accuracies of a view's logits."""
        return self.cls_head.loss_by_feat(p, data_samples)

    def _monitors(
        self, r1: Tensor, r2: Tensor, p1: Tensor, p2: Tensor
    ) -> Dict[str, Tensor]:
        """Spread of the projections, and agreement of the predictions."""
        monitors = dict(view_agreement=view_agreement(p1, p2))
        if len(r1) > 1:
            with torch.no_grad():
                z1, z2 = (
                    r
                    if self.siamese_head is None
                    else self.siamese_head.projector(r)
                    for r in (r1, r2)
                )
            monitors['feat_std'] = (feat_std(z1) + feat_std(z2)) / 2
        return monitors

    @staticmethod
    def _loss_of_views(
        view1: Dict[str, Tensor], view2: Dict[str, Tensor]
    ) -> Dict[str, Tensor]:
        """Keep losses apart by view and average the accuracies."""
        merged = {}
        for key in view1:
            if 'loss' in key:
                merged[f'{key}_view1'] = view1[key]
                merged[f'{key}_view2'] = view2[key]
            else:
                merged[key] = (view1[key] + view2[key]) / 2
        return merged


@MODELS.register_module()
class SKDSRLRecognizer3D(SKDSRLMixin, Recognizer3D):
    """SKD-SRL over any stock 3D recognizer; see :class:`SKDSRLMixin`."""


@MODELS.register_module()
class SKDSRLRecognizer2D(SKDSRLMixin, Recognizer2D):
    """SKD-SRL over any stock 2D recognizer; see :class:`SKDSRLMixin`."""
