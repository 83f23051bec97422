"""Run on machines without CUDA, which MMEngine requires for launchers."""

import contextlib
import logging
import os
import sys

import torch
import torch.distributed as dist
from mmaction.registry import OPTIM_WRAPPERS
from mmengine.config import Config
from mmengine.optim import AmpOptimWrapper

from ..utils import is_a
from .process_group import open_group


def prepare_device(cfg: Config, training: bool) -> None:
    """Prepare a config for the devices of this machine.

    With a launcher the process group is opened. Without CUDA it is one over
    gloo, and the wrapper of the model is set, since MMEngine would pass CUDA
    device ids to DistributedDataParallel.

    Args:
        cfg (Config): The whole config; receives ``model_wrapper_cfg``.
        training (bool): Whether the config is about to be trained; mixed
            precision and ``sync_bn`` matter in training only.

    Raises:
        TimeoutError: If not all processes come; see :func:`open_group`.
        ValueError: If the config needs a GPU and there is none, or a timeout
            is out of range.
    """
    launcher = cfg.get('launcher', 'none')
    on_gpu = torch.cuda.is_available()
    if not on_gpu:
        if training:
            _refuse_gpu_training(cfg)
        if launcher not in ('none', 'pytorch'):
            raise ValueError(
                f'launcher={launcher!r} needs CUDA devices and there are '
                "none; on CPUs use launcher='pytorch' (tools/dist_train.sh)"
            )
    if launcher == 'none':
        return
    open_group(cfg)
    if not on_gpu and cfg.get('model_wrapper_cfg') is None:
        # With this key MMEngine ignores the top-level
        # find_unused_parameters.
        cfg.model_wrapper_cfg = dict(
            type='MMDistributedDataParallel',
            device_ids=None,
            broadcast_buffers=False,
            find_unused_parameters=cfg.get('find_unused_parameters', False),
        )


def end_process_of_group() -> None:
    """End a process of a gloo group at once, with exit status 0.

    Call it last. Threads of gloo are not always joined, neither by
    ``destroy_process_group()`` nor at exit, and then abort a process whose
    work is done (PyTorch 2.13, about one in twenty on a busy machine).
    Without such a group it returns.
    """
    if not dist.is_initialized() or dist.get_backend() != 'gloo':
        return
    # Rank 0 holds the store that the others may still need.
    with contextlib.suppress(RuntimeError):  # a peer that passed it has ended
        dist.barrier()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _refuse_gpu_training(cfg: Config) -> None:
    optim_wrapper = cfg.get('optim_wrapper') or {}
    if is_a(OPTIM_WRAPPERS, optim_wrapper.get('type'), AmpOptimWrapper):
        raise ValueError(
            "--amp (optim_wrapper.type='AmpOptimWrapper') needs a CUDA device "
            'and there is none; train in float32, or on a machine with a GPU'
        )
    if cfg.get('sync_bn') is not None:
        raise ValueError(
            f'sync_bn={cfg.sync_bn!r} needs CUDA devices and there are none; '
            'set sync_bn=None'
        )
