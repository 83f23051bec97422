"""Runners to train and to test, and what a run goes on from."""

import logging
import os.path as osp
from typing import List, Optional

from mmaction.registry import HOOKS
from mmengine.config import Config
from mmengine.hooks import CheckpointHook, RuntimeInfoHook
from mmengine.logging import print_log
from mmengine.runner import Runner

from ..utils import find_type
from .agreement import compare_ranks, one_outcome
from .bad_videos import guard_videos
from .checkpoints import (
    checkpoints_in,
    find_latest,
    is_of_a_run,
    read_meta,
    remove_temporaries,
)
from .checks import add_checks
from .hooks import RankMeanInfoHook, ValidatedCheckpointHook
from .loops import use_resumable_loop
from .processes import is_first_process
from .runner import VideoRunner

# Stock hooks and what takes their place; subclasses are left alone.
_HOOKS = {
    CheckpointHook: ValidatedCheckpointHook.__name__,
    RuntimeInfoHook: RankMeanInfoHook.__name__,
}


def build_trainer(
    cfg: Config,
    resume: Optional[str] = None,
    overwrite: bool = False,
    look: bool = True,
) -> Optional[Runner]:
    """Build a Runner to train a config, which survives what runs meet.

    Stock train loops, checkpoint hooks and ``RuntimeInfoHook`` are replaced
    by those of this package, which differ only in what a killed and resumed
    run becomes, and in that several ranks log means over them. Weights and
    numbers are checked (:func:`add_checks`), and bad videos are replaced
    (:func:`guard_videos`).

    Args:
        cfg (Config): The whole config; it is changed.
        resume (str, optional): 'auto' goes on from the latest checkpoint of
            the work dir, or begins where there is none; a path goes on from
            that file. Defaults to None, what ``resume`` and ``load_from`` of
            the config say.
        overwrite (bool): Whether a run may begin in a work dir that holds
            checkpoints of another. They are removed once the first new one
            is whole. Defaults to False.
        look (bool): Whether it looks at the training files before the first
            step. Defaults to True.

    Returns:
        Runner | None: To call ``train()`` of; None if the run to be resumed
        is finished.

    Raises:
        FileExistsError: If a new run would mix with another in the work dir.
        ValueError: If there is no whole checkpoint to go on from, or both
            ``resume`` and ``overwrite`` are asked for, or the ranks do not
            go on from the same place.
        RuntimeError: If one of these is raised on another rank only.
    """
    add_checks(cfg, training=True)
    _use_resumable_parts(cfg)
    if resume is None and cfg.get('resume'):
        resume = cfg.get('load_from') or 'auto'
    if resume and overwrite:
        raise ValueError(
            '--resume goes on with a run and --overwrite starts anew; give '
            'one of them'
        )
    outdated: List[str] = []
    with one_outcome():
        if resume:
            meta = _resume(cfg, resume)
        else:
            cfg.resume = False
            outdated = _outdated(cfg.work_dir, overwrite)
    if resume:
        compare_ranks({'what --resume has found': _describe(meta)})
        if meta is not None and _is_finished(cfg, meta):
            _say(f'training is finished already: {cfg.load_from!r} is its end')
            return None
    runner = VideoRunner.from_cfg(cfg)
    guard_videos(runner, look=look)
    for hook in runner.hooks:
        if isinstance(hook, ValidatedCheckpointHook):
            hook.remove_once_saved(list(filter(is_of_a_run, outdated)))
    return runner


def build_tester(cfg: Config) -> Runner:
    """Build a Runner to test a config.

    Weights that do not fit, numbers that are not finite and videos that
    cannot be read are errors.

    Args:
        cfg (Config): The whole config, with ``load_from``; it is changed.

    Returns:
        Runner: To call ``test()`` of.
    """
    add_checks(cfg, training=False)
    runner = VideoRunner.from_cfg(cfg)
    guard_videos(runner, training=False)
    return runner


def _use_resumable_parts(cfg: Config) -> None:
    use_resumable_loop(cfg.train_cfg)
    hooks = cfg.setdefault('default_hooks', {})
    hooks.setdefault('checkpoint', dict(type='CheckpointHook', interval=1))
    hooks.setdefault('runtime_info', dict(type='RuntimeInfoHook'))
    for hook in [*hooks.values(), *(cfg.get('custom_hooks') or [])]:
        if isinstance(hook, dict) and 'type' in hook:
            found = find_type(HOOKS, hook['type'])
            hook['type'] = _HOOKS.get(found, hook['type'])


def _outdated(work_dir: str, overwrite: bool) -> List[str]:
    """Return the checkpoints that a new run replaces."""
    found = checkpoints_in(work_dir)
    if found and not overwrite:
        raise FileExistsError(
            f'work_dir={work_dir!r} holds checkpoints of another run, as '
            f'{osp.basename(found[0])}; go on with it by --resume, replace it '
            'by --overwrite, or take another work dir'
        )
    return found


def _describe(meta: Optional[dict]) -> str:
    if meta is None:
        return 'nothing'
    return f'epoch {meta["epoch"]}, iteration {meta["iter"]}'


def _resume(cfg: Config, resume: str) -> Optional[dict]:
    """Write into the config what to go on from; returns its ``meta``."""
    if is_first_process():
        remove_temporaries(cfg.work_dir)
    found = find_latest(cfg.work_dir) if resume == 'auto' else None
    if resume != 'auto':
        found = resume, read_meta(resume)
    cfg.resume = found is not None
    if found is None:
        _say(
            f'nothing to resume in work_dir={cfg.work_dir!r}: training starts '
            'from the beginning'
        )
        return None
    cfg.load_from, meta = found
    _say(f'resuming from {cfg.load_from!r}: {_describe(meta)}')
    _take_seed(cfg, meta)
    return meta


def _take_seed(cfg: Config, meta: dict) -> None:
    """Order and draws of the data follow from the seed of the run."""
    randomness = cfg.get('randomness') or {}
    seed, wanted = meta.get('seed'), randomness.get('seed')
    if seed is None:
        return
    if wanted not in (None, seed):
        _say(
            f'--seed {wanted} (randomness.seed={wanted}) is not that of the '
            f'run, which goes on with its own, {seed}',
            level=logging.WARNING,
        )
    cfg.randomness = dict(randomness, seed=seed)


def _is_finished(cfg: Config, meta: dict) -> bool:
    """Whether there is neither training nor a validation left."""
    if cfg.get('val_cfg') is not None and not meta['validated']:
        return False
    return any(
        meta[done] >= cfg.train_cfg.get(end, float('inf'))
        for done, end in (('epoch', 'max_epochs'), ('iter', 'max_iters'))
    )


def _say(text: str, level: int = logging.INFO) -> None:
    if is_first_process():
        print_log(text, logger='current', level=level)
