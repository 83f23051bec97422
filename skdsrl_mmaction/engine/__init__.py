from .hooks import ValidatedCheckpointHook
from .launch import prepare_device
from .preflight import check_data

__all__ = ['ValidatedCheckpointHook', 'check_data', 'prepare_device']
