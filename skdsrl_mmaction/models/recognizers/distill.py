from mmaction.models import Recognizer2D, Recognizer3D
from mmaction.registry import MODELS

from .training_heads import TrainingHeadsMixin


@MODELS.register_module()
class DistillRecognizer3D(TrainingHeadsMixin, Recognizer3D):
    """A stock 3D recognizer with any training heads."""


@MODELS.register_module()
class DistillRecognizer2D(TrainingHeadsMixin, Recognizer2D):
    """A stock 2D recognizer with any training heads."""
