from . import losses, monitors
from .backbones import R3D
from .heads import SelfDistillHead, SiameseHead
from .recognizers import (
    KDRecognizer3D,
    SKDSRLRecognizer2D,
    SKDSRLRecognizer3D,
    SKDSRLRecognizerAudio,
    SKDSRLRecognizerGCN,
)

__all__ = [
    'KDRecognizer3D',
    'R3D',
    'SKDSRLRecognizer2D',
    'SKDSRLRecognizer3D',
    'SKDSRLRecognizerAudio',
    'SKDSRLRecognizerGCN',
    'SelfDistillHead',
    'SiameseHead',
    'losses',
    'monitors',
]
