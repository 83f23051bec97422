from .r3d import R3D
from .r3d_weights import convert_r3d_checkpoint, describe_r3d

__all__ = ['R3D', 'convert_r3d_checkpoint', 'describe_r3d']
