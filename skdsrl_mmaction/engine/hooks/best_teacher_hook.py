import operator
from typing import Dict, Optional

from mmaction.registry import HOOKS
from mmengine.dist import broadcast
from mmengine.hooks import Hook
from torch import nn

from ...models.teacher import copy_as_teacher
from .bare_model import bare_model

_RULES = dict(greater=operator.gt, less=operator.lt)
_STATE = 'best_teacher'  # key of a checkpoint


@HOOKS.register_module()
class BestTeacherHook(Hook):
    """Make the best weights so far the teacher of a model.

    They are those of a validation whose metric is better than all before;
    with ``EMAHook``, the averaged ones that it validated. Checkpoints that a
    run can go on from hold the teacher and its score.

    Args:
        monitor (str): Metric of the validation. Defaults to 'acc/top1'.
        rule (str): 'greater' or 'less', whichever is better. Defaults to
            'greater'.

    Raises:
        ValueError: If ``rule`` is another one.
    """

    priority = 'ABOVE_NORMAL'  # before EMAHook swaps the weights back

    def __init__(
        self, monitor: str = 'acc/top1', rule: str = 'greater'
    ) -> None:
        if rule not in _RULES:
            raise ValueError(
                f'BestTeacherHook.rule={rule!r} must be "greater" or "less"'
            )
        self.monitor = monitor
        self.rule = rule
        self.score: Optional[float] = None
        self._teacher: Optional[nn.Module] = None

    def after_val_epoch(self, runner, metrics: Dict[str, float]) -> None:
        """Copy the weights, if they are the best so far.

        Raises:
            ValueError: If the validation has no such metric.
        """
        if self.monitor not in metrics:
            raise ValueError(
                f'BestTeacherHook.monitor={self.monitor!r} is no metric of '
                f'the validation, which has {", ".join(metrics)}'
            )
        score = float(metrics[self.monitor])
        if self.score is None or _RULES[self.rule](score, self.score):
            self._teach(runner, score, bare_model(runner).state_dict())

    def before_save_checkpoint(self, runner, checkpoint: dict) -> None:
        """Add teacher and score to a checkpoint to go on from."""
        if self._teacher is not None and 'optimizer' in checkpoint:
            weights = self._teacher.state_dict()
            checkpoint[_STATE] = dict(
                score=self.score,
                state_dict={key: x.cpu() for key, x in weights.items()},
            )

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        """Go on with the teacher of a resumed run."""
        state = checkpoint.get(_STATE)
        if runner._resume and state is not None:
            self._teach(runner, state['score'], state['state_dict'])

    def _teach(self, runner, score: float, weights: dict) -> None:
        model = bare_model(runner)
        if self._teacher is None:
            self._teacher = copy_as_teacher(model)
            model.set_teacher(self._teacher)
        own = self._teacher.state_dict()
        self._teacher.load_state_dict({key: weights[key] for key in own})
        # Within an epoch the ranks have statistics of their own.
        for tensor in own.values():
            broadcast(tensor)
        self.score = score
