"""Calls that wait for the file system, many at a time."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Iterator, Sequence

_THREADS = 16
_CALLS = 64  # in a row, since handing one over costs more than a local file


def map_in_threads(function: Callable, items: Sequence) -> Iterator[Any]:
    """Call a function on each item, in threads.

    Args:
        function (Callable): Takes one item.
        items (Sequence): What it is called on.

    Yields:
        Any: The results, in order.
    """
    parts = [items[i : i + _CALLS] for i in range(0, len(items), _CALLS)]
    with ThreadPoolExecutor(_THREADS) as threads:
        for results in threads.map(
            lambda part: [function(item) for item in part], parts
        ):
            yield from results
