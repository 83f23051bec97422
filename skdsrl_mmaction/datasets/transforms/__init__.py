from .clip_operators import (
    ChannelSplit,
    ClipBrightness,
    ClipContrast,
    ClipGaussianBlur,
    ClipHue,
)
from .flow import AddFlow, FlipFlow
from .joint_operators import JointJitter, JointRotation
from .sample_two_clips import SampleTwoClips
from .siamese_two_pass import SiameseTwoPass
from .siamese_two_view import SiameseTwoView
from .spectrogram_mask import SpectrogramMask
from .video_init import VideoInit

__all__ = [
    'AddFlow',
    'ChannelSplit',
    'ClipBrightness',
    'ClipContrast',
    'ClipGaussianBlur',
    'ClipHue',
    'FlipFlow',
    'JointJitter',
    'JointRotation',
    'SampleTwoClips',
    'SiameseTwoPass',
    'SiameseTwoView',
    'SpectrogramMask',
    'VideoInit',
]
