from .kd import KDRecognizer3D
from .other_inputs import SKDSRLRecognizerAudio, SKDSRLRecognizerGCN
from .skdsrl import SKDSRLRecognizer2D, SKDSRLRecognizer3D

__all__ = [
    'KDRecognizer3D',
    'SKDSRLRecognizer2D',
    'SKDSRLRecognizer3D',
    'SKDSRLRecognizerAudio',
    'SKDSRLRecognizerGCN',
]
