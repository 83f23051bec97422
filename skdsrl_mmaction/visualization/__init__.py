from .hook import DrawHook

__all__ = ['DrawHook']
