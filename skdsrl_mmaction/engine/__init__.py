from .bad_videos import guard_videos
from .hooks import BadVideosHook, ValidatedCheckpointHook
from .launch import prepare_device
from .optimizers import (
    SKDSRLLearningRateDecayOptimizerConstructor,
    SKDSRLTSMOptimWrapperConstructor,
)
from .preflight import (
    check_config,
    check_data,
    check_options,
    check_videos,
)

__all__ = [
    'BadVideosHook',
    'SKDSRLLearningRateDecayOptimizerConstructor',
    'SKDSRLTSMOptimWrapperConstructor',
    'ValidatedCheckpointHook',
    'check_config',
    'check_data',
    'check_options',
    'check_videos',
    'guard_videos',
    'prepare_device',
]
