from .resume_hook import MissedValidationHook, ResumeHook
from .stop_hook import StopHook
from .validated_checkpoint_hook import ValidatedCheckpointHook

__all__ = [
    'MissedValidationHook',
    'ResumeHook',
    'StopHook',
    'ValidatedCheckpointHook',
]
