from . import losses, monitors
from .backbones import R3D
from .heads import (
    BYOTHead,
    FitNetHead,
    FRSKDHead,
    KDHead,
    SelfDistillHead,
    SiameseHead,
    TrainingHead,
)
from .recognizers import (
    DistillRecognizer2D,
    DistillRecognizer3D,
    KDRecognizer2D,
    KDRecognizer3D,
    SKDSRLRecognizer2D,
    SKDSRLRecognizer3D,
)

__all__ = [
    'BYOTHead',
    'DistillRecognizer2D',
    'DistillRecognizer3D',
    'FRSKDHead',
    'FitNetHead',
    'KDHead',
    'KDRecognizer2D',
    'KDRecognizer3D',
    'R3D',
    'SKDSRLRecognizer2D',
    'SKDSRLRecognizer3D',
    'SelfDistillHead',
    'SiameseHead',
    'TrainingHead',
    'losses',
    'monitors',
]
