import os.path as osp
from typing import Dict

from mmaction.registry import HOOKS
from mmengine.hooks import CheckpointHook


@HOOKS.register_module()
class ValidatedCheckpointHook(CheckpointHook):
    """Save an epoch's checkpoint again once the epoch is validated.

    The stock hook writes ``epoch_N.pth`` before validation N, so the plateau
    counter, the learning rate and the best score in it miss that validation
    and a resumed run drifts from an unbroken one. Writing it a second time
    keeps both: an epoch is safe before validation begins, and complete
    afterwards. Arguments are those of ``CheckpointHook``.
    """

    def after_val_epoch(self, runner, metrics: Dict[str, float]) -> None:
        """Save the best checkpoint, then this epoch's once more.

        Args:
            runner (Runner): The runner; its epoch has moved on by one.
            metrics (dict): Metrics of the validation.
        """
        super().after_val_epoch(runner, metrics)
        saved = osp.basename(str(self.last_ckpt))
        if self.by_epoch and saved == self.filename_tmpl.format(runner.epoch):
            meta = dict(epoch=runner.epoch, iter=runner.iter)
            self._save_checkpoint_with_step(runner, runner.epoch, meta)
