"""Running on machines without CUDA, where MMEngine takes it for granted."""

import torch
import torch.distributed as dist
from mmengine.config import Config


def prepare_device(cfg: Config, training: bool) -> None:
    """Make a config run on the devices of this machine, or say why not.

    With CUDA it does nothing. Without, ``launcher='pytorch'`` trains over
    gloo: MMEngine would set a CUDA device and pass CUDA device ids to
    DistributedDataParallel, so the process group is opened here and the
    wrapper spelled out.

    Args:
        cfg (Config): The whole config; ``model_wrapper_cfg`` is added to it.
        training (bool): Whether the config is about to be trained; mixed
            precision and ``sync_bn`` matter to training only.

    Raises:
        ValueError: If the config asks for what only a GPU can do.
    """
    if torch.cuda.is_available():
        return
    if training:
        _refuse_gpu_training(cfg)
    launcher = cfg.get('launcher', 'none')
    if launcher == 'none':
        return
    if launcher != 'pytorch':
        raise ValueError(
            f'launcher={launcher!r} needs CUDA devices and there are none; on '
            "CPUs use launcher='pytorch' (tools/dist_train.sh)"
        )
    if not dist.is_initialized():
        dist.init_process_group('gloo')
    if cfg.get('model_wrapper_cfg') is None:
        # This key makes MMEngine pass over the top-level
        # find_unused_parameters.
        cfg.model_wrapper_cfg = dict(
            type='MMDistributedDataParallel',
            device_ids=None,
            broadcast_buffers=False,
            find_unused_parameters=cfg.get('find_unused_parameters', False),
        )


def _refuse_gpu_training(cfg: Config) -> None:
    optim_wrapper = cfg.get('optim_wrapper') or {}
    if optim_wrapper.get('type') == 'AmpOptimWrapper':
        raise ValueError(
            "--amp (optim_wrapper.type='AmpOptimWrapper') needs a CUDA device "
            'and there is none; train in float32, or on a machine with a GPU'
        )
    if cfg.get('sync_bn') is not None:
        raise ValueError(
            f'sync_bn={cfg.sync_bn!r} needs CUDA devices and there are none; '
            'set sync_bn=None'
        )
