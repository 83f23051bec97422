from .distill import DistillRecognizer2D, DistillRecognizer3D
from .kd import KDRecognizer2D, KDRecognizer3D
from .mars import MARSMixin, MARSRecognizer2D, MARSRecognizer3D
from .model_configs import count_views, head_configs
from .multimodal import SKDSRLMMRecognizer3D
from .omni import SKDSRLRecognizerOmni
from .other_inputs import SKDSRLRecognizerAudio, SKDSRLRecognizerGCN
from .skdsrl import SKDSRLRecognizer2D, SKDSRLRecognizer3D

__all__ = [
    'DistillRecognizer2D',
    'DistillRecognizer3D',
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
