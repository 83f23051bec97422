from typing import Any, Dict

import torch.distributed as dist
from mmaction.registry import HOOKS
from mmengine.hooks import RuntimeInfoHook
from torch import Tensor

from ..process_group import new_gloo_group


@HOOKS.register_module()
class RankMeanInfoHook(RuntimeInfoHook):
    """``RuntimeInfoHook`` that logs losses and monitors as means over ranks.

    The stock one logs those of rank 0. ``engine.build_trainer`` puts this one
    in its place. Other hooks see the values of their own rank.
    """

    def before_train(self, runner) -> None:
        """Open the group in which values are exchanged."""
        super().before_train(runner)
        self._group = new_gloo_group(runner)

    def after_train_iter(
        self, runner, batch_idx, data_batch=None, outputs=None
    ) -> None:
        """Note the means of an iteration; ``outputs`` are of this rank."""
        if self._group is not None:
            outputs = self._mean(outputs or {})
        super().after_train_iter(runner, batch_idx, data_batch, outputs)

    def _mean(self, outputs: Dict[str, Any]) -> Dict[str, float]:
        """Average each value over the ranks that have it."""
        own = {
            key: value.item() if isinstance(value, Tensor) else value
            for key, value in outputs.items()
        }
        ranks = [own] * dist.get_world_size()
        dist.all_gather_object(ranks, own, group=self._group)
        found = {}
        for key in dict.fromkeys(key for values in ranks for key in values):
            values = [values[key] for values in ranks if key in values]
            found[key] = sum(values) / len(values)
        return found
