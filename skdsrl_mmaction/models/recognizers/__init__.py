from .kd import KDRecognizer3D
from .multimodal import SKDSRLMMRecognizer3D
from .omni import SKDSRLRecognizerOmni
from .other_inputs import SKDSRLRecognizerAudio, SKDSRLRecognizerGCN
from .skdsrl import SKDSRLRecognizer2D, SKDSRLRecognizer3D

__all__ = [
    'KDRecognizer3D',
    'SKDSRLMMRecognizer3D',
    'SKDSRLRecognizer2D',
    'SKDSRLRecognizer3D',
    'SKDSRLRecognizerAudio',
    'SKDSRLRecognizerGCN',
    'SKDSRLRecognizerOmni',
]
