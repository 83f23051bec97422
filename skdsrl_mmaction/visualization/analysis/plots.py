"""Pictures of an analysis, by matplotlib."""

from typing import Dict, List, Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from ..plots import to_png


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
    return to_png(figure)


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
    return to_png(figure)


def _colours(number: int) -> np.ndarray:
    if number <= 10:
        return colormaps['tab10'](np.arange(number))
    return colormaps['turbo'](np.linspace(0, 1, number))
