"""Measure the whole training loop against the model's own step."""

import copy
import os.path as osp
import time
from typing import Dict, List, Optional

import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from ...utils import write_text
from .step import SKDSRL, Step

ALONE, LOOP = 'model alone', 'training loop, cached frames'


class _Clock(Hook):
    """Take a step on a batch in memory after each iteration, and time both."""

    priority = 'LOWEST'  # an iteration has the other hooks in it

    def __init__(self, step: Step) -> None:
        self.step = step
        self.seconds: Dict[str, List[float]] = {ALONE: [], LOOP: []}
        self.start: Optional[float] = None

    def after_train_iter(self, *args, **kwargs) -> None:
        end = _now()
        self.step()
        if self.start is not None:  # the first one also starts the workers
            self.seconds[LOOP].append(end - self.start)
            self.seconds[ALONE].append(_now() - end)
        self.start = _now()


def _now() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def measure_loop(
    cfg: Config,
    video: str,
    cache: str,
    folder: str,
    workers: int,
    batch_size: int,
    steps: int,
) -> Dict[str, List[float]]:
    """Measure iterations of a training, and steps on a batch in memory.

    An iteration is waiting for the loader, the step, and the hooks of the
    config, but for checkpoints. After each the same step is taken on a batch
    in memory, so that other load of the machine affects both alike.

    Args:
        cfg (Config): An SKD-SRL config that trains on ``VideoDataset``.
        video (str): Name of the video in the cache, of which every sample is.
        cache (str): Folder with its cached frames.
        folder (str): Where the run writes its log; it must not exist.
        workers (int): Of the loader, 1 or more.
        batch_size (int): Videos of a step.
        steps (int): Measured iterations and steps, after one of each that
            is not.

    Returns:
        dict[str, list[float]]: Wall seconds, of ``ALONE`` and ``LOOP``.
    """
    clock = _Clock(Step(cfg, SKDSRL, batch_size))
    videos = osp.join(cache, 'videos.txt')
    write_text(videos, f'{video} 0\n' * (1 + steps) * batch_size)
    loader = copy.deepcopy(cfg.train_dataloader)
    loader.update(batch_size=batch_size, num_workers=workers)
    loader.dataset.update(ann_file=videos, data_prefix=dict(video=cache))
    Runner(
        model=cfg.model,
        work_dir=folder,
        train_dataloader=loader,
        train_cfg=dict(type='ResumableEpochBasedTrainLoop', max_epochs=1),
        optim_wrapper=cfg.optim_wrapper,
        default_hooks=dict(cfg.default_hooks, checkpoint=None),
        custom_hooks=[*(cfg.get('custom_hooks') or ()), clock],
        default_scope='mmaction',
        randomness=dict(seed=0),
        log_level='ERROR',
    ).train()
    return clock.seconds
