"""Pictures of runs, as PNG by matplotlib."""

import math
from io import BytesIO
from typing import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from .logs import Run
from .panels import arrange, lines

_COLUMNS = 4
_COLOURS = colormaps['tab10'].colors
_STYLES = dict(train='-', val='--')


def curves_picture(runs: Sequence[Run]) -> bytes:
    """Draw all that runs have logged, over each other.

    Args:
        runs (Sequence[Run]): The runs; each has a colour.

    Returns:
        bytes: A PNG file.
    """
    panels = [panel for part in arrange(runs).values() for panel in part]
    columns = min(_COLUMNS, max(len(panels), 2))
    rows = math.ceil(len(panels) / columns)
    figure = Figure(
        figsize=(3.6 * columns, 2.4 * rows + 0.6), layout='constrained'
    )
    for place, panel in enumerate(panels, start=1):
        axes = figure.add_subplot(rows, columns, place)
        for line in lines(panel, runs):
            # A marker shows the only point that there may be so far.
            marked = line.part == 'val' or len(line.curve.x) == 1
            axes.plot(
                *line.curve,
                _STYLES[line.part],
                color=colour_of(line.number),
                marker='.' if marked else None,
                linewidth=1.2,
            )
        axes.set_title(panel.title, fontsize=10)
        axes.tick_params(labelsize=8)
        axes.grid(alpha=0.3)
        if place > len(panels) - columns:
            units = dict.fromkeys(run.unit for run in runs)
            axes.set_xlabel(' or '.join(units), fontsize=9)
    handles = [
        Line2D([], [], color=colour_of(number), label=run.name)
        for number, run in enumerate(runs)
    ] + [
        Line2D([], [], color='grey', linestyle='-', label='training'),
        Line2D([], [], color='grey', linestyle='--', label='validation'),
    ]
    figure.legend(
        handles=handles,
        loc='outside upper left',
        ncols=columns,
        frameon=False,
    )
    return to_png(figure)


def confusion_picture(counts: np.ndarray, classes: Sequence[str]) -> bytes:
    """Draw a confusion matrix.

    Args:
        counts (np.ndarray): (K, K), videos by label (row) and prediction.
        classes (Sequence[str]): K names.

    Returns:
        bytes: A PNG file. Colours are shares of a row; from 31 classes on,
        without names and numbers.
    """
    few = len(classes) <= 30
    side = 3 + 0.4 * min(len(classes), 30)
    figure = Figure(figsize=(side + 1, side), layout='constrained')
    axes = figure.add_subplot()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    image = axes.imshow(shares, cmap='Blues', vmin=0, vmax=1)
    figure.colorbar(image, label='share of the videos of a class')
    axes.set(xlabel='prediction', ylabel='label')
    if few:
        ticks = range(len(classes))
        axes.set_xticks(
            ticks, classes, rotation=45, ha='right', rotation_mode='anchor'
        )
        axes.set_yticks(ticks, classes)
        for (row, column), count in np.ndenumerate(counts):
            if count:
                colour = 'white' if shares[row, column] > 0.5 else 'black'
                axes.text(
                    column, row, count, ha='center', va='center', color=colour
                )
    return to_png(figure)


def colour_of(number: int) -> str:
    """Return the colour of a run as #rrggbb; the eleventh is the first."""
    return to_hex(_COLOURS[number % len(_COLOURS)])


def to_png(figure: Figure) -> bytes:
    """Return a figure as the content of a PNG file."""
    stream = BytesIO()
    FigureCanvasAgg(figure).print_png(stream)
    return stream.getvalue()
