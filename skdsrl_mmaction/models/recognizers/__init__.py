from .skdsrl import SKDSRLRecognizer2D, SKDSRLRecognizer3D

__all__ = ['SKDSRLRecognizer2D', 'SKDSRLRecognizer3D']
