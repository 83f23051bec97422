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
from .progress import show_progress

__all__ = [
    'TEMPORARY',
    'config_path',
    'find_type',
    'import_first',
    'is_a',
    'leaf_datasets',
    'open_whole',
    'read_config',
    'show_progress',
    'write_json',
    'write_text',
    'write_whole',
]
