"""Tables of the benchmarks."""

from typing import Sequence


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """Write rows as a Markdown table; all columns but the first align right.

    Args:
        rows (Sequence[Sequence[str]]): Cells, the head first.

    Returns:
        str: One line a row.
    """
    head, *body = rows
    lines = [head, ['---'] + ['--:'] * (len(head) - 1), *body]
    return ''.join(f'| {" | ".join(line)} |\n' for line in lines)
