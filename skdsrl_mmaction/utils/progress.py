"""A bar for what takes seconds."""

from typing import Iterable, Iterator, Optional, TypeVar

from rich.console import Console
from rich.progress import track

Item = TypeVar('Item')


def show_progress(
    items: Iterable[Item], description: str, total: Optional[int] = None
) -> Iterator[Item]:
    """Iterate with a bar on stderr, if that is a terminal.

    Args:
        items (Iterable): What is iterated over.
        description (str): Text before the bar.
        total (int, optional): Number of items. Defaults to None, their
            length.

    Yields:
        Each item.
    """
    console = Console(stderr=True)
    yield from track(
        items,
        description,
        total,
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
