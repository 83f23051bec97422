"""Ranks of one run, forked from the process of the tests."""

import multiprocessing
import os
import pickle
import socket
import tempfile
import time
import traceback
from pathlib import Path

import torch


def free_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def run_ranks(function, ranks, *args, frozen=(), seconds=300, **variables):
    """Call a function in several processes, as a launcher starts them.

    Args:
        function: Called with ``args``; its result is pickled.
        ranks (int): How many.
        *args: Arguments of the function.
        frozen (tuple[int]): Ranks that need not end.
        seconds (float): Limit for the others.
        **variables: Further environment variables, or other values of them.

    Returns:
        list: Results by rank, None for frozen ones. An error that the
        function raises is a result.
    """
    fork = multiprocessing.get_context('fork')
    variables = {
        'WORLD_SIZE': ranks,
        'MASTER_ADDR': '127.0.0.1',
        'MASTER_PORT': free_port(),
        **variables,
    }
    with tempfile.TemporaryDirectory() as folder:
        processes = []
        for rank in range(ranks):
            own = dict(variables, RANK=rank, LOCAL_RANK=rank)
            target = (function, args, own, Path(folder, str(rank)))
            processes.append(fork.Process(target=_rank, args=target))
            processes[-1].start()
        deadline = time.monotonic() + seconds
        for rank, process in enumerate(processes):
            if rank not in frozen:
                process.join(max(0, deadline - time.monotonic()))
        late = [i for i, process in enumerate(processes) if process.is_alive()]
        for process in processes:
            process.kill()
            process.join()
        assert set(late) <= set(frozen), f'ranks {late} did not end'
        results = []
        for rank in range(ranks):
            file = Path(folder, str(rank))
            results.append(
                pickle.loads(file.read_bytes()) if file.exists() else None
            )
        return results


def _rank(function, args, variables, out):
    torch.set_num_threads(1)
    os.environ.update({key: str(x) for key, x in variables.items()})
    try:
        result = function(*args)
    except Exception as error:
        traceback.print_exc()
        result = error
    out.write_bytes(pickle.dumps(result))
    os._exit(0)  # threads of gloo may abort the process
