from . import transforms
from .class_pair_sampler import ClassPairSampler
from .draws import NumberedSampler, SeededDataset, seed_generators

__all__ = [
    'ClassPairSampler',
    'NumberedSampler',
    'SeededDataset',
    'seed_generators',
    'transforms',
]
