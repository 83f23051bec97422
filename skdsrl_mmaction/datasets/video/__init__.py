from .reader import PyAVReader

__all__ = ['PyAVReader']
