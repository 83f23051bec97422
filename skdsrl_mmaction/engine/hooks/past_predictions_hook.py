import math
from typing import Iterator

from mmaction.registry import HOOKS
from mmengine.hooks import Hook

from ...models.heads import PSKDHead
from .bare_model import bare_model


@HOOKS.register_module()
class PastPredictionsHook(Hook):
    """Tell a :class:`PSKDHead` of the data set, and how far the run is.

    An epoch is a pass over the data set, also where iterations are counted.
    Which one it is follows from the iteration, so that a resumed run goes on
    with the same weights of the past.
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
        steps = len(runner.train_dataloader)
        epochs = math.ceil(runner.max_iters / steps)
        for head in _heads(runner):
            head.progress = (runner.iter // steps + 1) / epochs


def _heads(runner) -> Iterator[PSKDHead]:
    for module in bare_model(runner).modules():
        if isinstance(module, PSKDHead):
            yield module
