import multiprocessing
import os
import os.path as osp
import signal
import threading
import time
from typing import Optional

import torch
import torch.distributed as dist
from mmaction.registry import HOOKS
from mmengine.hooks import Hook

from ..checkpoints import name_latest
from ..process_group import new_gloo_group
from ..processes import STOP_SIGNALS, protect_workers

# Where a scheduler signals all processes of a job, their parents do so again.
REPEATED = 2.0  # seconds
STOPPED = 75  # exit status; EX_TEMPFAIL of sysexits.h: try again


@HOOKS.register_module()
class StopHook(Hook):
    """Save and exit with status 75 after SIGTERM, SIGUSR1 or SIGUSR2.

    All ranks stop after the same iteration, whichever of them was signalled,
    and rank 0 writes ``iter_N.pth``, which the next checkpoint replaces. A
    second signal, if it comes two seconds later or more, ends the process at
    once. A single process stops within a validation too; several finish it
    first, since they need not have the same number of batches there. The
    train loops of this package register it.
    """

    priority = 'LOWEST'  # after the checkpoint hook

    def __init__(self) -> None:
        self._signalled = 0.0  # when; 0 if not
        self._group: Optional[dist.ProcessGroup] = None
        self._handlers: dict = {}

    def before_train(self, runner) -> None:
        """Listen for signals, if this is the thread that can."""
        if threading.current_thread() is not threading.main_thread():
            return
        self._group = new_gloo_group(runner)
        if runner.val_loop is not None:
            protect_workers(runner.val_loop.dataloader)
        process = os.getpid()

        def note(number, frame) -> None:
            if os.getpid() != process:  # a worker that is only starting
                return
            now = time.monotonic()
            if self._signalled and now - self._signalled < REPEATED:
                return
            if self._signalled:
                for worker in multiprocessing.active_children():
                    worker.kill()
                os._exit(128 + number)
            self._signalled = now

        self._handlers = {x: signal.signal(x, note) for x in STOP_SIGNALS}

    def after_train(self, runner) -> None:
        """Put the handlers back that were there before."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers = {}

    def after_train_iter(
        self, runner, batch_idx, data_batch=None, outputs=None
    ) -> None:
        """Stop after this iteration, if any rank was signalled."""
        if self._any_signalled():
            self._stop(runner, runner.iter + 1)

    def after_val_iter(
        self, runner, batch_idx, data_batch=None, outputs=None
    ) -> None:
        """Stop within a validation, which is then made up."""
        saved = runner.train_loop.saved == runner.iter
        if self._signalled and self._group is None and saved:
            self._stop(runner, runner.iter)

    def after_val_epoch(self, runner, metrics=None) -> None:
        """Stop after a validation."""
        if self._handlers and self._any_signalled():
            self._stop(runner, runner.iter)

    def _any_signalled(self) -> bool:
        if self._group is None:
            return bool(self._signalled)
        flag = torch.tensor(int(self._signalled > 0))
        dist.all_reduce(flag, dist.ReduceOp.MAX, self._group)
        return bool(flag)

    def _stop(self, runner, iterations: int) -> None:
        runner.call_hook('before_stop')
        name = f'iter_{iterations}.pth'
        if runner.train_loop.saved != iterations:
            meta = dict(epoch=runner.epoch, iter=iterations, interim=name)
            runner.save_checkpoint(runner.work_dir, name, meta=meta)
            if runner.rank == 0:
                name_latest(runner.work_dir, osp.join(runner.work_dir, name))
        runner.logger.warning(
            f'stopped by a signal after iteration {iterations}; go on with '
            '--resume'
        )
        if self._group is not None:
            dist.barrier(self._group)  # a launcher ends all ranks with one
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise SystemExit(STOPPED)
