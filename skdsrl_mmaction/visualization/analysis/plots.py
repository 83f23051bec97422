"""Pictures of an analysis, by matplotlib."""

from typing import Dict, List, Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from ..plots import to_png

NAMED_CLASSES = 20  # at most, that a legend names


def reliability_picture(bins: Dict[str, List[Dict[str, float]]]) -> bytes:
    """Draw accuracy over confidence.

    Args:
        bins (dict[str, list[dict]]): For the name of each model, the bins of
            :func:`~.numbers.calibration`.

    Returns:
        bytes: A PNG file; points have the size of the number of videos.
    """
    # As wide as the screen of a telephone.
    figure = Figure(figsize=(3.6, 3.6), layout='constrained')
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color='grey', linestyle='--', label='calibrated')
    for name, rows in bins.items():
        x, y, videos = (
            [row[key] for row in rows]
            for key in ('confidence', 'accuracy', 'videos')
        )
        (line,) = axes.plot(x, y, label=name, clip_on=False)
        sizes = 200 * np.array(videos) / sum(videos)
        axes.scatter(x, y, sizes, color=line.get_color(), clip_on=False)
    axes.set(xlabel='confidence', ylabel='accuracy', xlim=(0, 1), ylim=(0, 1))
    figure.legend(loc='outside upper left', frameon=False)
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
        bytes: A PNG file; above ``NAMED_CLASSES``, without a legend.
    """
    figure = Figure(figsize=(7, 5), layout='constrained')
    axes = figure.add_subplot(xticks=[], yticks=[])
    for label, colour in enumerate(class_colours(len(classes))):
        x, y = places[labels == label].T
        axes.scatter(x, y, 18, color=colour, label=classes[label])
    if len(classes) <= NAMED_CLASSES:
        figure.legend(loc='outside right upper')
    return to_png(figure)


def class_colours(number: int) -> List[str]:
    """Return a colour, #rrggbb, for each of a number of classes."""
    if number <= 10:
        colours = colormaps['tab10'](np.arange(number))
    else:
        colours = colormaps['turbo'](np.linspace(0, 1, number))
    return list(map(to_hex, colours))
