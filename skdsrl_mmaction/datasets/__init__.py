from .transforms import (
    ChannelSplit,
    ClipBrightness,
    ClipContrast,
    ClipGaussianBlur,
    ClipHue,
    SampleTwoClips,
    SiameseTwoView,
)

__all__ = [
    'ChannelSplit',
    'ClipBrightness',
    'ClipContrast',
    'ClipGaussianBlur',
    'ClipHue',
    'SampleTwoClips',
    'SiameseTwoView',
]
