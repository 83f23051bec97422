"""Call functions in processes that may crash or hang."""

import os
import signal
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from queue import SimpleQueue
from typing import Any, Callable, Iterator, Optional, Sequence, Tuple

from ...utils.text import first_line


def call_each(
    function: Callable, items: Sequence, workers: int, seconds: int
) -> Iterator[Tuple[Any, Optional[str]]]:
    """Call a function on each item in parallel, each call in a process.

    A call that crashes or hangs does not stop the others.

    Args:
        function (Callable): Takes one item; must be picklable.
        items (Sequence): Arguments, one for each call; None is skipped.
        workers (int): Number of processes, >= 1.
        seconds (int): Time limit of one call.

    Yields:
        tuple: For each item, in order, the function's result and None, or
        None and the error.
    """
    # One executor per process, so that a crash belongs to a known item.
    idle: SimpleQueue = SimpleQueue()
    for _ in range(workers):
        idle.put(_executor())

    def call(item: Any) -> Tuple[Any, Optional[str]]:
        if item is None:
            return None, None
        executor = idle.get()
        try:
            return executor.submit(_call, function, item, seconds).result()
        except BrokenProcessPool:
            executor = _executor()
            return None, f'the decoder crashed or took more than {seconds} s'
        finally:
            idle.put(executor)

    with ThreadPoolExecutor(workers) as threads:
        yield from threads.map(call, items)
    for _ in range(workers):
        idle.get().shutdown()


def _executor() -> ProcessPoolExecutor:
    # The server has no threads, so forking it is safe, and imports this
    # package once for all processes.
    context = get_context('forkserver')
    context.set_forkserver_preload([__name__])
    return ProcessPoolExecutor(
        1, mp_context=context, initializer=_set_up_process
    )


def _set_up_process() -> None:
    # The parent handles Ctrl-C. The decoders' own messages repeat the errors
    # and would disturb the progress bar.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _call(
    function: Callable, item: Any, seconds: int
) -> Tuple[Any, Optional[str]]:
    # An alarm without a handler ends the process, also in native code.
    signal.alarm(seconds)
    try:
        return function(item), None
    except Exception as error:  # decoders raise many types
        return None, f'{type(error).__name__}: {first_line(error)}'
    finally:
        signal.alarm(0)
