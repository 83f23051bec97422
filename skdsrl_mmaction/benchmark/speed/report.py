"""The tables and the plot of loading and training steps."""

import os.path as osp
from typing import Dict, List, Optional, Sequence

import numpy as np
from matplotlib.figure import Figure

from ...utils import write_text
from ..tables import markdown_table
from .loading import FLOOR, STAGES, STOCK, Rounds
from .loop import ALONE
from .step import CE_ONLY

SHRUNK = ', shrunk'  # suffix of the name of a smaller copy
Videos = Dict[str, Dict[str, Rounds]]  # by the name of the video, by variant
Rates = Dict[str, Dict[str, List[float]]]


def totals(rounds: Rounds) -> np.ndarray:
    """Return the CPU milliseconds of whole rounds.

    Args:
        rounds (Rounds): Rounds of one variant.

    Returns:
        np.ndarray: (R,) The sum over the stages of each round.
    """
    return np.array([sum(stages.values()) for stages in rounds])


def with_spread(values: Sequence[float], digits: int = 1) -> str:
    """Write the median and, in brackets, the quartiles.

    Args:
        values (Sequence[float]): One or more.
        digits (int): Digits after the point. Defaults to 1.

    Returns:
        str: ``median [first, third]``.
    """
    low, median, high = np.percentile(values, [25, 50, 75])
    return f'{median:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]'


def video_table(videos: Videos) -> str:
    """Make the table of CPU time for each video and variant.

    Ratios are within a round, in which the clips are the same.

    Args:
        videos (dict): Measured rounds.

    Returns:
        str: A Markdown table.
    """
    head = ['video', 'variant', 'CPU ms', 'stock / this']
    head += ['stock on the original / this', 'this / decoding alone', *STAGES]
    rows = [head]
    for video, variants in videos.items():
        stock, floor = totals(variants[STOCK]), totals(variants[FLOOR])
        original = totals(videos[video.replace(SHRUNK, '')][STOCK])
        for name, rounds in variants.items():
            total = totals(rounds)
            stages = [
                np.median([stages.get(stage, 0) for stages in rounds])
                for stage in STAGES
            ]
            rows.append(
                [video, name, with_spread(total)]
                + [with_spread(x / total, 2) for x in (stock, original)]
                + [with_spread(total / floor, 2)]
                + [f'{ms:.1f}' for ms in stages]
            )
    return markdown_table(rows)


def rate_table(rates: Rates) -> str:
    """Make the table of DataLoader throughput.

    Args:
        rates (dict): Videos a second, of each round.

    Returns:
        str: A Markdown table.
    """
    rows = [['video', 'variant', 'videos/s', 'this / stock']]
    for video, variants in rates.items():
        for name, values in variants.items():
            ratio = np.divide(values, variants[STOCK])
            rows.append(
                [video, name, with_spread(values), with_spread(ratio, 2)]
            )
    return markdown_table(rows)


def step_table(seconds: Dict[str, List[float]], memory: Dict[str, int]) -> str:
    """Make the table of time and peak memory of a training step.

    Args:
        seconds (dict[str, list[float]]): Of each step, by variant.
        memory (dict[str, int]): Peak in bytes, by variant.

    Returns:
        str: A Markdown table.
    """
    rows = [['training step', 's', 'x time', 'peak MB', 'x memory']]
    for name, values in seconds.items():
        rows.append(
            [
                name,
                with_spread(values, 2),
                with_spread(np.divide(values, seconds[CE_ONLY]), 3),
                f'{memory[name] / 2**20:.0f}',
                f'{memory[name] / memory[CE_ONLY]:.3f}',
            ]
        )
    return markdown_table(rows)


def loop_table(loop: Dict[str, List[float]]) -> str:
    """Make the table of the training loop.

    Args:
        loop (dict[str, list[float]]): Wall seconds of each step and of the
            iteration before it.

    Returns:
        str: A Markdown table.
    """
    rows = [['training', 'wall s', 'x model alone']]
    for name, values in loop.items():
        ratio = np.divide(values, loop[ALONE])
        rows.append([name, with_spread(values, 2), with_spread(ratio, 3)])
    return markdown_table(rows)


def make_plot(videos: Videos) -> Figure:
    """Plot the variants of every video as bars of their stages.

    Args:
        videos (dict): Measured rounds.

    Returns:
        Figure: One panel for each video.
    """
    figure = Figure(figsize=(8, 0.6 + 1.5 * len(videos)), layout='constrained')
    panels = figure.subplots(len(videos), 1, squeeze=False, sharex=True)[:, 0]
    for axis, (video, variants) in zip(panels, videos.items()):
        left = np.zeros(len(variants))
        for stage in STAGES:
            width = [
                np.median([stages.get(stage, 0) for stages in rounds])
                for rounds in variants.values()
            ]
            axis.barh(list(variants), width, left=left, label=stage)
            left += width
        axis.invert_yaxis()
        axis.set_title(video, fontsize='medium', loc='left')
    panels[0].legend(fontsize='small')
    panels[-1].set_xlabel('CPU ms for both views, medians of the stages')
    return figure


def write_report(
    out: str,
    videos: Videos,
    rates: Rates,
    seconds: Optional[Dict[str, List[float]]],
    memory: Optional[Dict[str, int]],
    loop: Optional[Dict[str, List[float]]],
    footer: str,
) -> str:
    """Write ``table.md`` and ``plot.png`` into a folder.

    Args:
        out (str): The folder.
        videos (dict): Measured rounds.
        rates (dict): Videos a second; may be empty.
        seconds (dict, optional): Of training steps.
        memory (dict, optional): Of training steps.
        loop (dict, optional): Of :func:`loop_table`.
        footer (str): Text below the tables.

    Returns:
        str: What ``table.md`` holds.
    """
    parts = [video_table(videos)]
    if rates:
        parts.append(rate_table(rates))
    if seconds:
        parts.append(step_table(seconds, memory))
    if loop:
        parts.append(loop_table(loop))
    parts.append(f'Medians [quartiles]. {footer}\n')
    text = '\n'.join(parts)
    write_text(osp.join(out, 'table.md'), text)
    make_plot(videos).savefig(osp.join(out, 'plot.png'), dpi=110)
    return text
