import os.path as osp
from typing import Dict

from mmaction.registry import HOOKS
from mmengine.hooks import CheckpointHook


@HOOKS.register_module()
class ValidatedCheckpointHook(CheckpointHook):
    """Save an epoch's checkpoint a second time after its validation.

    The stock hook writes ``epoch_N.pth`` before validation N. The plateau
    counter, the learning rate and the best score in it then miss that
    validation, and a resumed run differs from an uninterrupted one. The first
    write keeps the epoch safe while validation runs, and the second completes
    it. Arguments are those of ``CheckpointHook``.
    """

    def after_val_epoch(self, runner, metrics: Dict[str, float]) -> None:
        """Save the best checkpoint, then this epoch's once more.

        Args:
            runner (Runner): The runner; its epoch counts the validated one.
            metrics (dict): Metrics of the validation.
        """
        super().after_val_epoch(runner, metrics)
        saved = osp.basename(str(self.last_ckpt))
        if self.by_epoch and saved == self.filename_tmpl.format(runner.epoch):
            meta = dict(epoch=runner.epoch, iter=runner.iter)
            self._save_checkpoint_with_step(runner, runner.epoch, meta)
