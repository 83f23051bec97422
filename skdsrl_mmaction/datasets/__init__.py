from . import transforms
from .draws import NumberedSampler, SeededDataset, seed_generators

__all__ = [
    'NumberedSampler',
    'SeededDataset',
    'seed_generators',
    'transforms',
]
