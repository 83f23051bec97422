"""Processes that end when they should, and not before."""

import ctypes
import functools
import os
import signal
import sys
import threading
from typing import Callable, Optional

from torch.utils.data import DataLoader

# SIGUSR2 is what submitit asks Slurm for.
STOP_SIGNALS = (signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)
PR_SET_PDEATHSIG = 1  # of Linux' prctl(2)


def end_with_parent() -> None:
    """Have the kernel kill this process when its parent dies (Linux).

    Otherwise ranks train on after their launcher was killed.
    """
    if not sys.platform.startswith('linux'):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def is_first_process() -> bool:
    """Whether this is rank 0, also before the process group is there."""
    rank = os.environ.get('RANK', os.environ.get('SLURM_PROCID', '0'))
    return rank == '0'


def protect_workers(loader: DataLoader) -> None:
    """Make the loader's workers deaf to signals that ask a run to stop.

    Schedulers signal every process of a job. A worker that dies of it would
    take the training process with it, which wants to finish its iteration
    and save. The workers end with their parent, however it ends.

    Args:
        loader (DataLoader): One whose workers have not been started.
    """
    loader.worker_init_fn = functools.partial(
        _begin_worker, stock=loader.worker_init_fn
    )


def end_workers(loader: DataLoader) -> None:
    """End the persistent workers of a loader; its next use starts others.

    The garbage collector would close their queues first, and then wait five
    seconds for each of them.

    Args:
        loader (DataLoader): One whose iterator nothing else refers to.
    """
    loader._iterator = None


def _begin_worker(
    worker_id: int, stock: Optional[Callable[[int], None]]
) -> None:
    if stock is not None:
        stock(worker_id)
    end_with_parent()
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    parent = os.getppid()

    def wait() -> None:
        while signal.sigwaitinfo(STOP_SIGNALS).si_pid != parent:
            pass
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()
