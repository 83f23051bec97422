from .cpu_amp import CPUAmpOptimWrapper, use_cpu_amp
from .head_apart_constructors import (
    SKDSRLLearningRateDecayOptimizerConstructor,
    SKDSRLTSMOptimWrapperConstructor,
)

__all__ = [
    'CPUAmpOptimWrapper',
    'SKDSRLLearningRateDecayOptimizerConstructor',
    'SKDSRLTSMOptimWrapperConstructor',
    'use_cpu_amp',
]
