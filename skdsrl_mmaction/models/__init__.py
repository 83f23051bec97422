from . import losses, monitors
from .backbones import R3D
from .heads import SelfDistillHead, SiameseHead
from .recognizers import (
    KDRecognizer3D,
    SKDSRLMMRecognizer3D,
    SKDSRLRecognizer2D,
    SKDSRLRecognizer3D,
    SKDSRLRecognizerAudio,
    SKDSRLRecognizerGCN,
    SKDSRLRecognizerOmni,
)

__all__ = [
    'KDRecognizer3D',
    'R3D',
    'SKDSRLMMRecognizer3D',
    'SKDSRLRecognizer2D',
    'SKDSRLRecognizer3D',
    'SKDSRLRecognizerAudio',
    'SKDSRLRecognizerGCN',
    'SKDSRLRecognizerOmni',
    'SelfDistillHead',
    'SiameseHead',
    'losses',
    'monitors',
]
