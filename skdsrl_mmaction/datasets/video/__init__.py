from .cached import CachedReader, frames_of, open_video
from .reader import PyAVReader

__all__ = ['CachedReader', 'PyAVReader', 'frames_of', 'open_video']
