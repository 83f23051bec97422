from . import losses, monitors
from .backbones import R3D
from .heads import (
    BestTeacherHead,
    CSKDHead,
    DDGSDHead,
    KDHead,
    PSKDHead,
    SelfDistillHead,
    SiameseHead,
    TrainingHead,
)
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
    'BestTeacherHead',
    'CSKDHead',
    'DDGSDHead',
    'DistillRecognizer2D',
    'DistillRecognizer3D',
    'KDHead',
    'KDRecognizer2D',
    'KDRecognizer3D',
    'PSKDHead',
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
