from .bad_videos_hook import BadVideosHook
from .validated_checkpoint_hook import ValidatedCheckpointHook

__all__ = ['BadVideosHook', 'ValidatedCheckpointHook']
