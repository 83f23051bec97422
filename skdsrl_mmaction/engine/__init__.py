from . import checkpoints, hooks, loops
from .hooks import ValidatedCheckpointHook
from .launch import prepare_device
from .optimizers import (
    SKDSRLLearningRateDecayOptimizerConstructor,
    SKDSRLTSMOptimWrapperConstructor,
)
from .preflight import check_data
from .training import build_trainer

__all__ = [
    'SKDSRLLearningRateDecayOptimizerConstructor',
    'SKDSRLTSMOptimWrapperConstructor',
    'ValidatedCheckpointHook',
    'build_trainer',
    'check_data',
    'checkpoints',
    'hooks',
    'loops',
    'prepare_device',
]
