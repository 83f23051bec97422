"""Tables of the benchmarks."""

from typing import Container, Sequence


def markdown_table(
    rows: Sequence[Sequence[str]], text: Container[int] = (0,)
) -> str:
    """Write rows as a Markdown table.

    Args:
        rows (Sequence[Sequence[str]]): Cells, the head first.
        text (Container[int]): Columns that align left, from 0. Defaults to
            the first one.

    Returns:
        str: One line a row.
    """
    head, *body = rows
    marks = ['---' if i in text else '--:' for i in range(len(head))]
    lines = [head, marks, *body]
    return ''.join(f'| {" | ".join(line)} |\n' for line in lines)
