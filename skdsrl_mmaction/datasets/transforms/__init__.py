from .clip_operators import (
    ChannelSplit,
    ClipBrightness,
    ClipContrast,
    ClipGaussianBlur,
    ClipHue,
)
from .open_video import OpenVideo
from .sample_two_clips import SampleTwoClips
from .siamese_two_view import SiameseTwoView

__all__ = [
    'ChannelSplit',
    'ClipBrightness',
    'ClipContrast',
    'ClipGaussianBlur',
    'ClipHue',
    'OpenVideo',
    'SampleTwoClips',
    'SiameseTwoView',
]
