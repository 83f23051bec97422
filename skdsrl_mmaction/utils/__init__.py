from .config import (
    config_path,
    find_type,
    import_first,
    is_a,
    leaf_datasets,
    read_config,
)
from .files import write_json, write_text

__all__ = [
    'config_path',
    'find_type',
    'import_first',
    'is_a',
    'leaf_datasets',
    'read_config',
    'write_json',
    'write_text',
]
