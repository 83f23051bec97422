from . import losses, monitors
from .backbones import R3D
from .heads import KDHead, SelfDistillHead, SiameseHead, TrainingHead
from .recognizers import (
    DistillRecognizer2D,
    DistillRecognizer3D,
    KDRecognizer2D,
    KDRecognizer3D,
    SKDSRLMMRecognizer3D,
    SKDSRLRecognizer2D,
    SKDSRLRecognizer3D,
    SKDSRLRecognizerAudio,
    SKDSRLRecognizerGCN,
    SKDSRLRecognizerOmni,
)

__all__ = [
    'DistillRecognizer2D',
    'DistillRecognizer3D',
    'KDHead',
    'KDRecognizer2D',
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
    'TrainingHead',
    'losses',
    'monitors',
]
