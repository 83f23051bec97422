from .config import add_skdsrl

__all__ = ['add_skdsrl']
