"""Pictures of an analysis, by matplotlib."""

from io import BytesIO
from typing import Dict, List, Sequence

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def confusion_picture(counts: np.ndarray, classes: Sequence[str]) -> bytes:
    """Draw a confusion matrix.

    Args:
        counts (np.ndarray): (K, K), videos by label (row) and prediction.
        classes (Sequence[str]): K names.

    Returns:
        bytes: A PNG file. Colours are shares of a row; from 31 classes on,
        without numbers and names.
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
        axes.set_xticks(ticks, classes, rotation=45, ha='right')
        axes.set_yticks(ticks, classes)
        for (row, column), count in np.ndenumerate(counts):
            if count:
                colour = 'white' if shares[row, column] > 0.5 else 'black'
                axes.text(
                    column, row, count, ha='center', va='center', color=colour
                )
    return _png(figure)


def reliability_picture(bins: Dict[str, List[Dict[str, float]]]) -> bytes:
    """Draw accuracy over confidence.

    Args:
        bins (dict[str, list[dict]]): For the name of each model, the bins of
            :func:`~.numbers.calibration`.

    Returns:
        bytes: A PNG file; points have the size of the number of videos.
    """
    figure = Figure(figsize=(5, 5), layout='constrained')
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color='grey', linestyle='--', label='calibrated')
    for name, rows in bins.items():
        x, y, videos = (
            [row[key] for row in rows]
            for key in ('confidence', 'accuracy', 'videos')
        )
        (line,) = axes.plot(x, y, label=name)
        sizes = 200 * np.array(videos) / sum(videos)
        axes.scatter(x, y, sizes, color=line.get_color())
    axes.set(xlabel='confidence', ylabel='accuracy', xlim=(0, 1), ylim=(0, 1))
    axes.legend()
    return _png(figure)


def embedding_picture(
    places: np.ndarray, labels: np.ndarray, classes: Sequence[str]
) -> bytes:
    """Draw where the representations are, by class.

    Args:
        places (np.ndarray): (N, 2).
        labels (np.ndarray): (N,).
        classes (Sequence[str]): K names.

    Returns:
        bytes: A PNG file; from 21 classes on, without a legend.
    """
    figure = Figure(figsize=(7, 5), layout='constrained')
    axes = figure.add_subplot(xticks=[], yticks=[])
    colours = _colours(len(classes))
    for label, name in enumerate(classes):
        x, y = places[labels == label].T
        axes.scatter(x, y, 18, color=colours[label], label=name)
    if len(classes) <= 20:
        figure.legend(loc='outside right upper')
    return _png(figure)


def _colours(number: int) -> np.ndarray:
    from matplotlib import colormaps

    if number <= 10:
        return colormaps['tab10'](np.arange(number))
    return colormaps['turbo'](np.linspace(0, 1, number))


def _png(figure: Figure) -> bytes:
    stream = BytesIO()
    FigureCanvasAgg(figure).print_png(stream)
    return stream.getvalue()
