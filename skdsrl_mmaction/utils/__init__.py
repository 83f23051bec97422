from .config import is_a, leaf_datasets, read_config
from .files import write_json

__all__ = ['is_a', 'leaf_datasets', 'read_config', 'write_json']
