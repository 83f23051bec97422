from .config import config_path, find_type, is_a, leaf_datasets, read_config
from .files import write_json

__all__ = [
    'config_path',
    'find_type',
    'is_a',
    'leaf_datasets',
    'read_config',
    'write_json',
]
