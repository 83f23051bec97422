"""Hooks for dist_train.sh."""

import os
import signal
from pathlib import Path

import torch
import torch.distributed as dist
from mmaction.registry import HOOKS
from mmengine.hooks import Hook


@HOOKS.register_module(force=True)
class RankCheckHook(Hook):
    """Raises where parameters differ; appends one line a step to ``out``."""

    def __init__(self, out):
        self.out = Path(out)

    def after_train_iter(
        self, runner, batch_idx, data_batch=None, outputs=None
    ):
        mine = torch.cat([p.flatten() for p in runner.model.parameters()])
        gathered = [torch.empty_like(mine) for _ in range(runner.world_size)]
        dist.all_gather(gathered, mine.detach())
        assert all(torch.equal(gathered[0], other) for other in gathered)
        assert mine.isfinite().all()
        if runner.rank == 0:
            with self.out.open('a') as file:
                file.write(f'{runner.world_size} {mine.sum().item()}\n')


@HOOKS.register_module(force=True)
class FreezeHook(Hook):
    """Stops the process of rank 1 in iteration 1, and notes its number."""

    def __init__(self, note):
        self.note = Path(note)

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.rank == 1 and runner.iter == 1:
            self.note.write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGSTOP)
