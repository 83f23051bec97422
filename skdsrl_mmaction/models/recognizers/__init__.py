from .distill import DistillRecognizer2D, DistillRecognizer3D
from .kd import KDRecognizer2D, KDRecognizer3D
from .mars import MARSMixin, MARSRecognizer2D, MARSRecognizer3D
from .model_configs import count_views, head_configs
from .multimodal import DistillMMRecognizer3D, SKDSRLMMRecognizer3D
from .omni import DistillRecognizerOmni, SKDSRLRecognizerOmni
from .other_inputs import (
    DistillRecognizerAudio,
    DistillRecognizerGCN,
    SKDSRLRecognizerAudio,
    SKDSRLRecognizerGCN,
)
from .skdsrl import SKDSRLRecognizer2D, SKDSRLRecognizer3D

__all__ = [
    'DistillMMRecognizer3D',
    'DistillRecognizer2D',
    'DistillRecognizer3D',
    'DistillRecognizerAudio',
    'DistillRecognizerGCN',
    'DistillRecognizerOmni',
    'KDRecognizer2D',
    'KDRecognizer3D',
    'MARSMixin',
    'MARSRecognizer2D',
    'MARSRecognizer3D',
    'SKDSRLMMRecognizer3D',
    'SKDSRLRecognizer2D',
    'SKDSRLRecognizer3D',
    'SKDSRLRecognizerAudio',
    'SKDSRLRecognizerGCN',
    'SKDSRLRecognizerOmni',
    'count_views',
    'head_configs',
]
