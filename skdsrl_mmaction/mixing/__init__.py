from .config import add_skdsrl
from .mechanisms import MECHANISMS, add_mechanism

__all__ = ['MECHANISMS', 'add_mechanism', 'add_skdsrl']
