from typing import Iterator

from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import EpochBasedTrainLoop

from ...models.heads import PSKDHead
from .bare_model import bare_model


@HOOKS.register_module()
class PastPredictionsHook(Hook):
    """Tell a :class:`PSKDHead` of the data set, and how far the run is.

    That is t / T in epoch t of T or, where iterations are counted, in
    iteration t of T.
    """

    priority = 'VERY_HIGH'  # EMAHook copies the model

    def before_run(self, runner) -> None:
        """Make room for the videos, before a checkpoint is loaded."""
        loop = runner._train_loop
        if not hasattr(loop, 'dataloader'):  # is about to test
            return
        dataset = loop.dataloader.dataset
        while hasattr(dataset, 'dataset'):
            dataset = dataset.dataset
        for head in _heads(runner):
            head.remember(len(dataset))

    def before_train_iter(self, runner, batch_idx, data_batch=None) -> None:
        """Set t / T."""
        loop = runner.train_loop
        done, whole = loop.iter, loop.max_iters
        if isinstance(loop, EpochBasedTrainLoop):
            done, whole = loop.epoch, loop.max_epochs
        for head in _heads(runner):
            head.progress = (done + 1) / whole


def _heads(runner) -> Iterator[PSKDHead]:
    for module in bare_model(runner).modules():
        if isinstance(module, PSKDHead):
            yield module
