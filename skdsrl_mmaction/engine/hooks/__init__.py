from .bad_videos_hook import BadVideosHook
from .collapse_hook import CollapseHook
from .finite_hook import FiniteHook
from .validated_checkpoint_hook import ValidatedCheckpointHook
from .weights_hook import WeightsHook

__all__ = [
    'BadVideosHook',
    'CollapseHook',
    'FiniteHook',
    'ValidatedCheckpointHook',
    'WeightsHook',
]
