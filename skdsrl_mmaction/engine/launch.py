"""Run on machines without CUDA, which MMEngine requires for launchers."""

import contextlib
import logging
import os
import sys

import torch
import torch.distributed as dist
from mmengine.config import Config

from .optimizers import use_cpu_amp
from .process_group import open_group
from .slurm import adopt_slurm_ranks


def prepare_device(cfg: Config, training: bool) -> None:
    """Prepare a config for the devices of this machine.

    With a launcher the process group is opened. Without CUDA it is one over
    gloo, and the wrapper of the model is set, since MMEngine would pass CUDA
    device ids to DistributedDataParallel. Mixed precision becomes that of the
    CPU then, where it has bfloat16.

    Args:
        cfg (Config): The whole config; receives ``model_wrapper_cfg`` and
            another type of ``optim_wrapper``.
        training (bool): Whether the config is about to be trained; mixed
            precision and ``sync_bn`` matter in training only.

    Raises:
        TimeoutError: If not all processes come; see :func:`open_group`.
        ValueError: If the config needs a GPU and there is none, a timeout is
            out of range, or srun did not start a process of
            ``launcher='slurm'``.
    """
    launcher = cfg.get('launcher', 'none')
    on_gpu = torch.cuda.is_available()
    if not on_gpu:
        if training:
            _refuse_gpu_training(cfg)
            use_cpu_amp(cfg)
        if launcher not in ('none', 'pytorch', 'slurm'):
            raise ValueError(
                f'launcher={launcher!r} needs CUDA devices and there are '
                "none; on CPUs use launcher='pytorch' (tools/dist_train.sh) "
                "or 'slurm'"
            )
    if launcher == 'none':
        return
    if launcher == 'slurm':
        adopt_slurm_ranks()
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
    if cfg.get('sync_bn') is not None:
        raise ValueError(
            f'sync_bn={cfg.sync_bn!r} needs CUDA devices and there are none; '
            'set sync_bn=None'
        )
