"""A recognizer of videos and images with training heads."""

from typing import Any, Dict, Sequence

from mmaction.models import RecognizerOmni
from mmaction.registry import MODELS
from mmaction.utils import OptSampleList
from torch import Tensor

from .skdsrl import SKDSRLMixin
from .training_heads import TrainingHeadsMixin


class OmniMixin(TrainingHeadsMixin):
    """Train OmniSource with training heads; see :class:`TrainingHeadsMixin`.

    They work on the views of the videos of ``train_dataloader``; other
    loaders, with images, train as in stock.
    """

    def extract_feat(
        self,
        inputs: Tensor,
        *args,
        data_samples: OptSampleList = None,
        **kwargs,
    ) -> Any:
        """Return what the stock method returns.

        Args:
            inputs (Tensor): Videos or images.
            *args: Those of the stock method.
            data_samples (list[:obj:`ActionDataSample`], optional): Where they
                are given, an empty dict is returned as well, as other
                recognizers do. Defaults to None.
            **kwargs: Those of the stock method.

        Returns:
            Tensor or tuple[Tensor, dict]: Features.
        """
        feats = super().extract_feat(inputs, *args, **kwargs)
        return feats if data_samples is None else (feats, {})

    def loss(self, data_samples: Sequence[dict]) -> Dict[str, Tensor]:
        """Losses of a batch of each loader.

        Args:
            data_samples (Sequence[dict]): ``inputs`` and ``data_samples`` of
                each loader: first ``train_dataloader``, V views of videos
                (N, V, C, T, H, W), then ``train_cfg.other_loaders``.

        Returns:
            dict: The losses of the views and heads and, with the number of
            the loader among ``other_loaders`` behind their names, the stock
            ones.

        Raises:
            ValueError: If the first inputs do not hold so many views.
        """
        videos, *others = data_samples
        return {
            **super().loss(videos['inputs'], videos['data_samples']),
            **RecognizerOmni.loss(self, others),
        }


@MODELS.register_module()
class SKDSRLRecognizerOmni(OmniMixin, SKDSRLMixin, RecognizerOmni):
    """SKD-SRL over OmniSource; see both mixins."""


@MODELS.register_module()
class DistillRecognizerOmni(OmniMixin, RecognizerOmni):
    """OmniSource with any training heads; see :class:`OmniMixin`."""
