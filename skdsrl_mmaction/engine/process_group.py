"""The processes of a run find each other, and do not wait for ever."""

import contextlib
import os
import time
from datetime import timedelta
from typing import Iterator, List, Optional

import torch
import torch.distributed as dist
from mmengine.config import Config
from mmengine.dist import init_dist
from mmengine.utils.dl_utils import set_multi_processing

from .processes import end_with_parent

START = 300  # seconds for all ranks to come
COLLECTIVE = 1800  # seconds for all ranks to take part in an operation

_GRACE = 3.0  # seconds between the first rank that gives up and the last
_store: Optional[dist.Store] = None  # in which the ranks met


def open_group(cfg: Config) -> None:
    """Open the process group of a launcher, once all its ranks are there.

    With CUDA it is the one that MMEngine opens, without it one over gloo,
    since MMEngine would set a CUDA device. From then on this process ends
    with its launcher. It does nothing if there is a group.

    Args:
        cfg (Config): The whole config, whose ``launcher`` is not 'none'.
            ``env_cfg.start_timeout`` are the seconds to wait for all ranks
            (default 300), ``env_cfg.dist_cfg.timeout`` those to wait in an
            operation of the group (default 1800).

    Raises:
        TimeoutError: If a rank does not come.
        ValueError: If a timeout is not positive, or the launcher has not set
            the rank of this process.
    """
    if dist.is_initialized():
        return
    env_cfg = cfg.get('env_cfg') or {}
    dist_cfg = env_cfg.get('dist_cfg') or {}
    timeout = _collective_timeout(cfg)
    start = env_cfg.get('start_timeout', START)
    _check('env_cfg.dist_cfg.timeout', timeout)
    _check('env_cfg.start_timeout', start)
    if cfg.launcher == 'pytorch' and 'RANK' not in os.environ:
        raise ValueError(
            "launcher='pytorch' needs the variable RANK, which is not set; "
            'start the processes by torchrun (tools/dist_train.sh)'
        )
    end_with_parent()
    if 'RANK' in os.environ:
        _meet(start)
    if torch.cuda.is_available():
        # As the Runner does before it opens the group.
        set_multi_processing(**env_cfg.get('mp_cfg', {}), distributed=True)
        init_dist(cfg.launcher, **dict(dist_cfg, timeout=timeout))
    else:
        dist.init_process_group('gloo', timeout=timedelta(seconds=timeout))


def new_gloo_group(runner) -> Optional[dist.ProcessGroup]:
    """Open a group over the network, in which no GPU is waited for.

    Args:
        runner (Runner): The runner; all ranks must call it.

    Returns:
        ProcessGroup | None: None if there is one process only.
    """
    if runner.world_size == 1:
        return None
    timeout = timedelta(seconds=_collective_timeout(runner.cfg))
    return dist.new_group(backend='gloo', timeout=timeout)


@contextlib.contextmanager
def naming_lost_ranks(cfg: Config) -> Iterator[None]:
    """Say which rank was waited for, where gloo says only that it waited.

    NCCL ends a process by itself, and logs the operation.

    Args:
        cfg (Config): The whole config.

    Raises:
        TimeoutError: If another rank is frozen or has ended.
    """
    try:
        yield
    except RuntimeError as error:
        if _store is None or '/gloo/' not in str(error):
            raise
        lost = _absent('gave_up', _GRACE)
        raise TimeoutError(
            f'rank {dist.get_rank()} of {dist.get_world_size()} waited for '
            f'{_name(lost)}, which froze, ended, or took more than '
            f'env_cfg.dist_cfg.timeout={_collective_timeout(cfg)} seconds: '
            f'{error}'
        ) from error


def _collective_timeout(cfg: Config) -> float:
    dist_cfg = (cfg.get('env_cfg') or {}).get('dist_cfg') or {}
    return dist_cfg.get('timeout', COLLECTIVE)


def _check(key: str, seconds: float) -> None:
    if not isinstance(seconds, (int, float)) or not seconds > 0:
        raise ValueError(f'{key}={seconds!r} must be a number of seconds > 0')


def _meet(seconds: float) -> None:
    """Wait for all ranks, and keep the store in which they met."""
    global _store
    rank, size = os.environ['RANK'], os.environ.get('WORLD_SIZE')
    place = f'{os.environ.get("MASTER_ADDR")}:{os.environ.get("MASTER_PORT")}'
    lost: List[int] = []
    try:
        timeout = timedelta(seconds=seconds)
        _store, *_ = next(dist.rendezvous('env://', timeout=timeout))
        lost = _absent('came', seconds)
        problem = None
    except RuntimeError as error:
        problem = error
    if lost or problem:
        raise TimeoutError(
            f'rank {rank} of {size} waited for {_name(lost)} at {place} for '
            f'env_cfg.start_timeout={seconds} seconds; start all nodes with '
            f'the same address and port{f": {problem}" if problem else ""}'
        ) from problem


def _absent(word: str, seconds: float) -> List[int]:
    """Say a word to all ranks; return those who do not say it in time."""
    rank, size = int(os.environ['RANK']), int(os.environ['WORLD_SIZE'])
    deadline = time.monotonic() + seconds
    absent = list(range(size))
    with contextlib.suppress(RuntimeError):  # the store has ended
        _store.set(f'{word}/{rank}', '')
        while absent and time.monotonic() < deadline:
            absent = [r for r in absent if not _store.check([f'{word}/{r}'])]
            time.sleep(0.05)
    return absent


def _name(ranks: List[int]) -> str:
    if not ranks:
        return 'another rank'
    names = ', '.join(map(str, ranks))
    return f'rank {names}' if len(ranks) == 1 else f'ranks {names}'
