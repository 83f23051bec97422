"""Call functions in processes that may crash or hang."""

import os
import re
import signal
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from queue import SimpleQueue
from typing import Any, Callable, Iterator, Optional, Sequence, Tuple


def call_each(
    function: Callable, items: Sequence, workers: int, seconds: int
) -> Iterator[Tuple[Any, Optional[str]]]:
    """Call a function on each item in parallel; a crash stops no other call.

    Args:
        function (Callable): Takes one item; can be pickled.
        items (Sequence): What it is called on; an item that is None is
            passed over.
        workers (int): How many processes, >= 1.
        seconds (int): How long one call may take.

    Yields:
        tuple: For each item, in order, what the function returned and None,
        or None and what went wrong.
    """
    # Executors of one process each: a crash then tells which item it was.
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
    # Forked from a server without threads, which has imported this package
    # once for all of them.
    context = get_context('forkserver')
    context.set_forkserver_preload([__name__])
    return ProcessPoolExecutor(
        1, mp_context=context, initializer=_set_up_process
    )


def _set_up_process() -> None:
    # Ctrl-C is for the parent, and the decoders' own messages, which the
    # errors repeat, would run into the progress bar.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _call(
    function: Callable, item: Any, seconds: int
) -> Tuple[Any, Optional[str]]:
    # An alarm without a handler ends the process, out of native code too.
    signal.alarm(seconds)
    try:
        return function(item), None
    except Exception as error:  # of several types, for whatever is in a file
        # Out with the time and the line of decord's source, and its stack.
        message = re.sub(r'\[[\d:]+\] \S+ ', '', str(error).split('\n')[0])
        return None, f'{type(error).__name__}: {message}'
    finally:
        signal.alarm(0)
