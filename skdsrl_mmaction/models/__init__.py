from . import losses, monitors, representation_losses
from .backbones import R3D
from .heads import (
    BarlowTwinsHead,
    BYOLHead,
    KDHead,
    RepresentationHead,
    SelfDistillHead,
    SiameseHead,
    SimCLRHead,
    SupConHead,
    SwAVHead,
    TrainingHead,
    VICRegHead,
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
    'BYOLHead',
    'BarlowTwinsHead',
    'DistillRecognizer2D',
    'DistillRecognizer3D',
    'KDHead',
    'KDRecognizer2D',
    'KDRecognizer3D',
    'R3D',
    'RepresentationHead',
    'SKDSRLRecognizer2D',
    'SKDSRLRecognizer3D',
    'SelfDistillHead',
    'SiameseHead',
    'SimCLRHead',
    'SupConHead',
    'SwAVHead',
    'TrainingHead',
    'VICRegHead',
    'losses',
    'monitors',
    'representation_losses',
]
