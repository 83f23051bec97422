from .config import is_a, leaf_datasets, read_config
from .files import write_json, write_text

__all__ = ['is_a', 'leaf_datasets', 'read_config', 'write_json', 'write_text']
