"""SKD-SRL over recognizers of skeletons and of spectrograms."""

from mmaction.models import RecognizerAudio, RecognizerGCN
from mmaction.registry import MODELS

from .skdsrl import SKDSRLMixin


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
