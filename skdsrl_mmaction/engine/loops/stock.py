"""Stock train loops, and those of this package that take their place."""

from mmaction.registry import LOOPS
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop

from ...utils import find_type
from .resumable import (
    ResumableEpochBasedTrainLoop,
    ResumableIterBasedTrainLoop,
)

_RESUMABLE = {
    EpochBasedTrainLoop: ResumableEpochBasedTrainLoop,
    IterBasedTrainLoop: ResumableIterBasedTrainLoop,
}


def use_resumable_loop(train_cfg: dict) -> None:
    """Name the resumable loop in place of a stock one.

    Subclasses of the stock loops are left alone.

    Args:
        train_cfg (dict): ``train_cfg`` of a config; it is changed.
    """
    if 'type' in train_cfg:
        found = find_type(LOOPS, train_cfg['type'])
    elif train_cfg.pop('by_epoch', True):
        found = EpochBasedTrainLoop
    else:
        found = IterBasedTrainLoop
    if found in _RESUMABLE:
        train_cfg['type'] = _RESUMABLE[found].__name__
