from .checks import add_checks
from .hooks import ValidatedCheckpointHook
from .launch import prepare_device
from .optimizers import (
    SKDSRLLearningRateDecayOptimizerConstructor,
    SKDSRLTSMOptimWrapperConstructor,
)
from .preflight import check_data

__all__ = [
    'SKDSRLLearningRateDecayOptimizerConstructor',
    'SKDSRLTSMOptimWrapperConstructor',
    'ValidatedCheckpointHook',
    'add_checks',
    'check_data',
    'prepare_device',
]
