"""Short texts for messages."""

import re
from typing import Iterable, Optional


def first_line(error: BaseException) -> str:
    """Return the first line of an error.

    Args:
        error (BaseException): The error. The time, source line and stack that
            decord adds, and numbers of errors, are left out.

    Returns:
        str: Its message, or its type where it has none; one line.
    """
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return re.sub(r'\[[\d:]+\] \S+ |\[Errno \d+\] ', '', lines[0])


def edits(a: str, b: str) -> int:
    """Return the Levenshtein distance of two words."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, start=1):
            diagonal, row[j] = (
                row[j],
                min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y)),
            )
    return row[-1]


def nearest(
    word: str, words: Iterable[str], within: Optional[int] = None
) -> Optional[str]:
    """Return the word that the fewest edits turn into another one.

    Args:
        word (str): The word as it was written.
        words (Iterable[str]): What it may have been meant to be.
        within (int, optional): The most edits. Defaults to None, any number.

    Returns:
        str, optional: The first of the nearest in alphabetical order; None
        where no word is near enough.
    """
    near = min(sorted(words), key=lambda x: edits(word, x), default=None)
    if near is None or (within is not None and edits(word, near) > within):
        return None
    return near
