"""Tiny training runs in forked processes, and what is left of them."""

import os
import signal
import sys
import time
import traceback
from pathlib import Path

import torch
from mmengine.config import Config

from skdsrl_mmaction.engine import build_trainer
from tests.support.tiny import tiny_config

EPOCHS = 3
ITERATIONS = 4  # in an epoch


def tiny_run(folder, work_dir, workers=0):
    """A run of a second or two with all that could go astray.

    Dropout draws in the main process, gradients are accumulated over the end
    of an epoch, the weights are averaged, and one checkpoint is kept.
    """
    cfg = tiny_config(folder)
    for split in ('train', 'val'):
        loader = cfg[f'{split}_dataloader']
        loader.num_workers = workers
        loader.persistent_workers = workers > 0
    shrink(cfg.train_dataloader.dataset.pipeline)
    shrink(cfg.val_dataloader.dataset.pipeline)
    cfg.merge_from_dict(
        {
            'work_dir': str(work_dir),
            'train_cfg.max_epochs': EPOCHS,
            'train_dataloader.batch_size': 2,
            'default_hooks.checkpoint.max_keep_ckpts': 1,
            'model.cls_head.dropout_ratio': 0.5,
            'optim_wrapper.accumulative_counts': 3,
            'custom_hooks': [dict(type='EMAHook', momentum=0.1)],
            'randomness': dict(seed=3, deterministic=True),
        }
    )
    return cfg


def shrink(steps):
    """Make every clip of a pipeline 4 frames of 32 x 32."""
    sizes = dict(clip_len=4, scale=(-1, 40), size=32, crop_size=32)
    for step in steps:
        step.update({k: v for k, v in sizes.items() if k in step})
        shrink(step.get('transforms', []))
        shrink([step.sampler] if 'sampler' in step else [])


def start(cfg, log, moment=None, resume=None):
    """Train in a forked process.

    Args:
        cfg (Config): Of the run.
        log (Path): File for what it prints, which is added.
        moment (Moment, optional): When to end it.
        resume (str, optional): As for ``build_trainer``.

    Returns:
        int: Its process id.
    """
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        with open(log, 'a') as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        trainer = build_trainer(Config(cfg.to_dict()), resume=resume)
        if moment is not None:
            moment.arm(trainer)
        if trainer is not None:
            trainer.train()
        status = 0
    except SystemExit as error:
        status = error.code
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def wait(child):
    """Wait for a process; returns its exit status, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def wait_until(child, deadline):
    """The same, and kill it at a time on the monotonic clock."""
    while time.monotonic() < deadline:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    return wait(child)


def result(work_dir):
    """What a finished run must have in common with any other.

    Returns:
        dict: Names of the checkpoints; the last one's tensors and numbers.
    """
    work_dir = Path(work_dir)
    last = torch.load(work_dir / f'epoch_{EPOCHS}.pth')
    hub = last['message_hub']['runtime_info']
    return dict(
        names=sorted(x.name for x in work_dir.glob('*.pth')),
        weights=last['state_dict'],
        averaged=last['ema_state_dict'],
        optimizer=last['optimizer'],
        schedules=last['param_schedulers'],
        best_score=hub['best_score'],
        latest=Path((work_dir / 'last_checkpoint').read_text()).name,
    )


def differences(one, other, name=''):
    """Names of all that is not equal to the last bit."""
    if isinstance(one, dict):
        keys = sorted(one.keys() | other.keys(), key=str)
        pairs = [(k, one.get(k), other.get(k)) for k in keys]
    elif isinstance(one, (list, tuple)) and len(one) == len(other):
        pairs = [(k, *pair) for k, pair in enumerate(zip(one, other))]
    elif isinstance(one, torch.Tensor):
        return [] if torch.equal(one, other) else [name]
    else:
        return [] if one == other else [name]
    return [
        found
        for key, a, b in pairs
        for found in differences(a, b, f'{name}.{key}')
    ]


def leftovers(work_dir):
    """Files that a killed run was writing."""
    return sorted(x.name for x in Path(work_dir).glob('*.tmp*'))
