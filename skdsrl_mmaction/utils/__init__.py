from .config import (
    config_path,
    find_type,
    import_first,
    is_a,
    leaf_datasets,
    read_config,
)
from .files import (
    TEMPORARY,
    open_whole,
    write_json,
    write_text,
    write_whole,
)

__all__ = [
    'TEMPORARY',
    'config_path',
    'find_type',
    'import_first',
    'is_a',
    'leaf_datasets',
    'open_whole',
    'read_config',
    'write_json',
    'write_text',
    'write_whole',
]
