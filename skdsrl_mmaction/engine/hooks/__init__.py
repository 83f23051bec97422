from .validated_checkpoint_hook import ValidatedCheckpointHook

__all__ = ['ValidatedCheckpointHook']
