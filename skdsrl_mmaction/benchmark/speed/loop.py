"""Measure the whole training loop against the model's own step."""

import copy
import os.path as osp
import time
from typing import Dict, List

import numpy as np
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from ...utils import write_text
from .step import SKDSRL, Step

ALONE, LOOP = 'model alone', 'training loop, cached frames'


class _Clock(Hook):
    """Note when each iteration begins."""

    def __init__(self) -> None:
        self.starts: List[float] = []

    def before_train_iter(self, *args, **kwargs) -> None:
        self.starts.append(_now())


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
    """Measure steps on a batch in memory, then iterations of a training.

    An iteration is all from the begin of one to the begin of the next:
    waiting for the loader, the step, and the hooks of the config, but for
    checkpoints.

    Args:
        cfg (Config): An SKD-SRL config that trains on ``VideoDataset``.
        video (str): Name of the video in the cache, of which every sample is.
        cache (str): Folder with its cached frames.
        folder (str): Where the run writes its log; it must not exist.
        workers (int): Of the loader, 1 or more.
        batch_size (int): Videos of a step.
        steps (int): Measured steps, and iterations, after one that is not.

    Returns:
        dict[str, list[float]]: Wall seconds, of ``ALONE`` and ``LOOP``.
    """
    step = Step(cfg, SKDSRL, batch_size)
    alone = []
    for _ in range(1 + steps):
        start = _now()
        step()
        alone.append(_now() - start)
    clock = _Clock()
    iterations = 2 + steps  # the last one only ends the one before
    videos = osp.join(cache, 'videos.txt')
    write_text(videos, f'{video} 0\n' * iterations * batch_size)
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
    return {ALONE: alone[1:], LOOP: np.diff(clock.starts)[1:].tolist()}
