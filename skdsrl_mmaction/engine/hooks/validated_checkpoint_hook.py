import os
import os.path as osp
from contextlib import suppress
from typing import Dict, List, Optional, Tuple

from mmaction.registry import HOOKS
from mmengine.dist import all_reduce_params, is_main_process
from mmengine.hooks import CheckpointHook

from ..checkpoints import name_latest


@HOOKS.register_module()
class ValidatedCheckpointHook(CheckpointHook):
    """Save so that a run can be killed at any moment and resumed.

    It differs from the stock hook, whose arguments it has, in four points:

    * It saves again once an epoch is validated. The stock hook writes
      ``epoch_N.pth`` before validation N, so the plateau counter, the
      learning rate and the best score in it miss that validation and a
      resumed run drifts from an unbroken one. Writing it a second time keeps
      both: an epoch is safe before validation begins, and complete
      afterwards.
    * It removes an old checkpoint only after the new one is whole and named
      in ``last_checkpoint``.
    * The best checkpoint is looked for in the run's own folder, so that a
      copy of a work dir never removes files of the original.
    * Where iterations are counted, it averages the buffers over the ranks
      first, as the host does at the end of an epoch. The stock hook saves
      those of rank 0.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._outdated: Dict[str, Tuple[int, int]] = {}
        self._previous_best: Dict[str, Optional[str]] = {}
        self._saved = 0

    def remove_once_saved(self, paths: List[str]) -> None:
        """Remove files after the next checkpoint is whole.

        Args:
            paths (list[str]): Of files; one that has been written anew by
                then is kept.
        """
        for path in paths:
            with suppress(FileNotFoundError):
                self._outdated[path] = _identity(path)

    def before_train(self, runner) -> None:
        """Find the folder, and in it the files that a resumed run names."""
        super().before_train(runner)
        last = runner.message_hub.runtime_info.get('last_ckpt')
        if last is not None:
            self.last_ckpt = self.file_backend.join_path(
                self.out_dir, osp.basename(last)
            )
        for key, path in self._best_paths().items():
            if path is not None:
                path = self.file_backend.join_path(
                    self.out_dir, osp.basename(path)
                )
                self._set_best_path(key, path)
                runner.message_hub.update_info(f'best_ckpt{key}', path)

    def after_val_epoch(self, runner, metrics: Dict[str, float]) -> None:
        """Save the best checkpoint, then this epoch's once more.

        Args:
            runner (Runner): The runner; its epoch counts the validated one.
            metrics (dict): Metrics of the validation.
        """
        before = self._saved
        super().after_val_epoch(runner, metrics)
        step = runner.epoch if self.by_epoch else runner.iter
        last = osp.basename(str(self.last_ckpt))
        if self._saved == before and last == self.filename_tmpl.format(step):
            meta = dict(epoch=runner.epoch, iter=runner.iter)
            self._save_checkpoint_with_step(runner, step, meta)

    def _save_best_checkpoint(self, runner, metrics) -> None:
        """Hide the previous best from the stock hook, which removes it first
        and writes the new one afterwards."""
        if not self.save_best:
            return
        self._previous_best = self._best_paths()
        for key in self._previous_best:
            self._set_best_path(key, None)
        super()._save_best_checkpoint(runner, metrics)
        self._remove_previous_best()

    def _remove_previous_best(self) -> None:
        """Remove the best that a new one replaces; restore the others."""
        previous, self._previous_best = self._previous_best, {}
        for key, old in previous.items():
            new = self._best_paths()[key]
            if new is None:
                self._set_best_path(key, old)
            elif old not in (None, new):
                self._remove(old)

    def _best_paths(self) -> Dict[str, Optional[str]]:
        """By the key's suffix in the message hub; '' if there is one key."""
        if hasattr(self, 'best_ckpt_path'):
            return {'': self.best_ckpt_path}
        paths = getattr(self, 'best_ckpt_path_dict', {})
        return {f'_{key}': path for key, path in paths.items()}

    def _set_best_path(self, key: str, path: Optional[str]) -> None:
        if key:
            self.best_ckpt_path_dict[key[1:]] = path
        else:
            self.best_ckpt_path = path

    def _save_checkpoint_with_step(self, runner, step, meta) -> None:
        # Before the file no longer knows of it.
        self._remove_previous_best()
        if not self.by_epoch:
            # At the end of an epoch SyncBuffersHook has done it.
            all_reduce_params(runner.model.buffers(), op='mean')
        # The file lists what it makes outdated: a run that is killed before
        # the removal makes up for it in ``before_train``.
        kept = self._kept(step)
        if kept is not None:
            runner.message_hub.update_info('keep_ckpt_ids', list(kept))
        name = self.filename_tmpl.format(step)
        self.last_ckpt = self.file_backend.join_path(self.out_dir, name)
        runner.message_hub.update_info('last_ckpt', self.last_ckpt)
        runner.save_checkpoint(
            self.out_dir,
            name,
            self.file_client_args,
            save_optimizer=self.save_optimizer,
            save_param_scheduler=self.save_param_scheduler,
            meta=meta,
            by_epoch=self.by_epoch,
            backend_args=self.backend_args,
            **self.args,
        )
        if is_main_process():
            name_latest(runner.work_dir, self.last_ckpt)
        self._saved += 1
        if kept is not None:
            self._remove_outdated(kept)
            runner.message_hub.update_info(
                'keep_ckpt_ids', list(self.keep_ckpt_ids)
            )
        for path, identity in self._outdated.items():
            with suppress(FileNotFoundError):
                if _identity(path) == identity:
                    self._remove(path)
        self._outdated.clear()

    def _kept(self, step: int) -> Optional[List[int]]:
        """Steps that have a checkpoint once this one is written."""
        if self.max_keep_ckpts <= 0:
            return None
        kept = [s for s in self.keep_ckpt_ids if s != step] + [step]
        self.keep_ckpt_ids.clear()
        self.keep_ckpt_ids.extend(kept)  # bounded: drops the first
        return kept

    def _remove_outdated(self, kept: List[int]) -> None:
        for step in kept[: -self.max_keep_ckpts]:
            self._remove(
                self.file_backend.join_path(
                    self.out_dir, self.filename_tmpl.format(step)
                )
            )

    def _remove(self, path: str) -> None:
        if not is_main_process():
            return
        if self.file_backend.isfile(path):
            self.file_backend.remove(path)
        elif self.file_backend.isdir(path):  # one of DeepSpeed's
            self.file_backend.rmtree(path)


def _identity(path: str) -> Tuple[int, int]:
    """Tell a file from one that was written later under its name."""
    status = os.stat(path)
    return status.st_ino, status.st_mtime_ns
