"""Pictures and pages: of views, of a training, of a trained model."""

from .hook import DrawHook

__all__ = ['DrawHook']
