from . import checkpoints, hooks, loops
from .agreement import compare_runs, one_outcome
from .bad_videos import guard_videos
from .checks import add_checks
from .hooks import BadVideosHook, ValidatedCheckpointHook
from .launch import end_process_of_group, prepare_device
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
from .process_group import naming_lost_ranks
from .training import build_tester, build_trainer

__all__ = [
    'BadVideosHook',
    'SKDSRLLearningRateDecayOptimizerConstructor',
    'SKDSRLTSMOptimWrapperConstructor',
    'ValidatedCheckpointHook',
    'add_checks',
    'build_tester',
    'build_trainer',
    'check_config',
    'check_data',
    'check_options',
    'check_videos',
    'checkpoints',
    'compare_runs',
    'end_process_of_group',
    'guard_videos',
    'hooks',
    'loops',
    'naming_lost_ranks',
    'one_outcome',
    'prepare_device',
]
