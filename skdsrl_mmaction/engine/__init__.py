from .checks import add_checks
from .hooks import (
    CollapseHook,
    FiniteHook,
    ValidatedCheckpointHook,
    WeightsHook,
)
from .launch import prepare_device
from .optimizers import (
    SKDSRLLearningRateDecayOptimizerConstructor,
    SKDSRLTSMOptimWrapperConstructor,
)
from .preflight import check_data

__all__ = [
    'CollapseHook',
    'FiniteHook',
    'SKDSRLLearningRateDecayOptimizerConstructor',
    'SKDSRLTSMOptimWrapperConstructor',
    'ValidatedCheckpointHook',
    'WeightsHook',
    'add_checks',
    'check_data',
    'prepare_device',
]
