from .config import add_skdsrl
from .pipeline import two_view_pipeline

__all__ = ['add_skdsrl', 'two_view_pipeline']
