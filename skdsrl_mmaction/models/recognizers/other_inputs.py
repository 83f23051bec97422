"""Recognizers of skeletons and of spectrograms with training heads."""

from mmaction.models import RecognizerAudio, RecognizerGCN
from mmaction.registry import MODELS

from .skdsrl import SKDSRLMixin
from .training_heads import TrainingHeadsMixin


@MODELS.register_module()
class SKDSRLRecognizerGCN(SKDSRLMixin, RecognizerGCN):
    """SKD-SRL over any stock recognizer of skeletons.

    See :class:`SKDSRLMixin`. Inputs are (N, 2, M, T, V, C) for M persons and
    V joints with C coordinates.
    """


@MODELS.register_module()
class SKDSRLRecognizerAudio(SKDSRLMixin, RecognizerAudio):
    """SKD-SRL over any stock recognizer of spectrograms.

    See :class:`SKDSRLMixin`. Inputs are (N, 2, 1, T, F) for F frequencies.
    """


@MODELS.register_module()
class DistillRecognizerGCN(TrainingHeadsMixin, RecognizerGCN):
    """A stock recognizer of skeletons with any training heads."""


@MODELS.register_module()
class DistillRecognizerAudio(TrainingHeadsMixin, RecognizerAudio):
    """A stock recognizer of spectrograms with any training heads."""
