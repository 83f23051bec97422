from .resumable import (
    ResumableEpochBasedTrainLoop,
    ResumableIterBasedTrainLoop,
)
from .stock import use_resumable_loop

__all__ = [
    'ResumableEpochBasedTrainLoop',
    'ResumableIterBasedTrainLoop',
    'use_resumable_loop',
]
