"""Size, speed and accuracy of exported models, side by side."""

import time
from dataclasses import dataclass, field
from operator import eq
from statistics import median
from typing import Iterable, List, Optional, Sequence, Tuple

import numpy as np

from ...models.export.formats import Runner
from ..tables import markdown_table

_WARM_UP = 3
_HEAD = (
    'model',
    'size',
    'latency, median',
    'accuracy',
    'agreement with torch',
    'note',
)


@dataclass
class Variant:
    """A model in one format and number type, and what was measured.

    Attributes:
        name (str): Such as 'onnx int8'.
        run (Callable, optional): Scores of clips; None if there is none.
        size (int, optional): Bytes of the file.
        note (str): What the table says of it.
        milliseconds (list[float]): Of each clip.
        predictions (list[int]): Classes of the highest scores.
        labels (list[int]): Classes of the videos.
    """

    name: str
    run: Optional[Runner] = None
    size: Optional[int] = None
    note: str = ''
    milliseconds: List[float] = field(default_factory=list)
    predictions: List[int] = field(default_factory=list)
    labels: List[int] = field(default_factory=list)

    @property
    def latency(self) -> float:
        """Median time of a clip in milliseconds, without the first ones."""
        kept = self.milliseconds[_WARM_UP:] or self.milliseconds
        return median(kept)

    @property
    def accuracy(self) -> float:
        """Share of the videos whose label is predicted."""
        return _equal(self.predictions, self.labels)

    def agreement(self, other: 'Variant') -> float:
        """Share of the videos for which both predict the same class."""
        return _equal(self.predictions, other.predictions)


def _equal(one: Sequence[int], other: Sequence[int]) -> float:
    return sum(map(eq, one, other)) / len(one)


def measure(
    variants: Sequence[Variant], samples: Iterable[Tuple[np.ndarray, int]]
) -> None:
    """Run all variants on the same clips, one after the other.

    Their order turns from clip to clip, so that other load on the machine
    meets all of them.

    Args:
        variants (Sequence[Variant]): Those without ``run`` are left out.
        samples (Iterable[tuple[np.ndarray, int]]): A clip, uint8 with a
            first axis of 1, and its label.
    """
    running = [variant for variant in variants if variant.run]
    for frames, label in samples:
        for variant in running:
            begin = time.perf_counter()
            scores = variant.run(frames)
            seconds = time.perf_counter() - begin
            variant.milliseconds.append(1000 * seconds)
            variant.predictions.append(int(scores[0].argmax()))
            variant.labels.append(label)
        running.append(running.pop(0))


def exported_table(
    variants: Sequence[Variant], is_trained: bool = True
) -> str:
    """Write what was measured as a Markdown table.

    Args:
        variants (Sequence[Variant]): The model as torch runs it first.
        is_trained (bool): Whether predictions say something, and the table
            has accuracy and agreement. Defaults to True.

    Returns:
        str: The table.
    """
    rows = [_HEAD]
    for variant in variants:
        size = '' if variant.size is None else f'{variant.size / 1e6:.1f} MB'
        latency = accuracy = agreement = ''
        if variant.run:
            latency = f'{variant.latency:.1f} ms'
        if variant.run and is_trained:
            accuracy = f'{variant.accuracy:.3f}'
            agreement = f'{variant.agreement(variants[0]):.3f}'
        measured = size, latency, accuracy, agreement
        rows.append((variant.name, *measured, variant.note))
    return markdown_table(rows, text=(0, len(_HEAD) - 1))
