from .clip_operators import (
    ChannelSplit,
    ClipBrightness,
    ClipContrast,
    ClipGaussianBlur,
    ClipHue,
)
from .sample_two_clips import SampleTwoClips
from .siamese_two_view import SiameseTwoView
from .video_init import VideoInit

__all__ = [
    'ChannelSplit',
    'ClipBrightness',
    'ClipContrast',
    'ClipGaussianBlur',
    'ClipHue',
    'SampleTwoClips',
    'SiameseTwoView',
    'VideoInit',
]
