"""Predictions for the videos of a data set, and those of a file."""

import io
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

import numpy as np
import torch
from mmaction.evaluation import ConfusionMatrix

from ..engine.hooks.finite_hook import PATHS
from ..host.checkpoints import checkpoint_globals

SUFFIXES = ('.pkl', '.pickle')
# What tensors are pickled with, beside the arrays and numbers of checkpoints.
_OF_TENSORS = (
    '_codecs.encode',
    'collections.OrderedDict',
    'torch._utils._rebuild_tensor_v2',
)


@dataclass
class Predictions:
    """What a model says of N videos.

    Attributes:
        videos (list[str]): Their paths, or their numbers where they have
            none.
        labels (np.ndarray): (N,), from 0 to K - 1.
        scores (np.ndarray): (N, K), of the classes.
    """

    videos: List[str]
    labels: np.ndarray
    scores: np.ndarray

    @property
    def predicted(self) -> np.ndarray:
        """np.ndarray: (N,), the classes of the highest scores."""
        return self.scores.argmax(axis=1)

    @property
    def right(self) -> np.ndarray:
        """np.ndarray: (N,), bool, where the prediction is the label."""
        return self.predicted == self.labels

    @property
    def confusion(self) -> np.ndarray:
        """np.ndarray: (K, K), videos by label (row) and prediction."""
        return ConfusionMatrix.calculate(self.scores, self.labels).numpy()


def find_dump(folder: Path) -> Optional[Path]:
    """Return the newest file of predictions in a work dir, if any."""
    found = [path for path in folder.iterdir() if path.suffix in SUFFIXES]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def read_dump(path: Path) -> Predictions:
    """Read what ``tools/test.py --dump`` has written.

    Nothing in the file is run: a pickle that asks for more than tensors and
    plain values is refused.

    Args:
        path (Path): The file.

    Returns:
        Predictions: In the order of the data set.

    Raises:
        OSError: If there is no such file.
        ValueError: If it holds anything but predictions of one class a video.
    """
    try:
        with open(path, 'rb') as file:
            samples = _Unpickler(file).load()
        return _unpack(samples)
    except OSError:
        raise
    except Exception as error:
        raise ValueError(
            f'{path} holds no predictions of one class a video, as '
            f'tools/test.py --dump writes them: {type(error).__name__}: '
            f'{error}'
        ) from None


def video_rows(
    predictions: Predictions, classes: Sequence[str]
) -> List[Dict[str, Any]]:
    """Return a row for each video: what the model says, and how sure it is.

    Args:
        predictions (Predictions): Of a data set.
        classes (Sequence[str]): K names.

    Returns:
        list[dict]: ``video``, the names ``label`` and ``prediction``,
        ``score`` of the prediction and ``label_score``.
    """
    return [
        dict(
            video=video,
            label=classes[label],
            prediction=classes[scores.argmax()],
            score=float(scores.max()),
            label_score=float(scores[label]),
        )
        for video, label, scores in zip(
            predictions.videos, predictions.labels, predictions.scores
        )
    ]


def worst_first(rows: Sequence[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """Return the rows of wrong predictions, by the score of the label."""
    wrong = [row for row in rows if row['label'] != row['prediction']]
    return sorted(wrong, key=lambda row: row['label_score'])


class _Unpickler(pickle.Unpickler):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._allowed = {'torch.storage._load_from_bytes': _load_storage}
        for item in checkpoint_globals():
            found, path = item if isinstance(item, tuple) else (item, None)
            path = path or f'{found.__module__}.{found.__qualname__}'
            self._allowed[path] = found

    def find_class(self, module: str, name: str) -> Any:
        path = f'{module}.{name}'
        if path in _OF_TENSORS:
            return super().find_class(module, name)
        if path not in self._allowed:
            raise pickle.UnpicklingError(
                f'it asks for {path}, which could run code'
            )
        return self._allowed[path]


def _load_storage(content: bytes) -> Any:
    # The stock function runs what these bytes say.
    return torch.load(io.BytesIO(content), weights_only=True)


def _unpack(samples: List[Dict[str, Any]]) -> Predictions:
    if not samples:
        raise ValueError('it is empty')
    videos, labels, scores = [], [], []
    for number, sample in enumerate(samples):
        path = next((sample[key] for key in PATHS if key in sample), None)
        videos.append(path or f'sample {number}')
        labels.append(sample['gt_label'].item())
        scores.append(sample['pred_score'].float().numpy())
    return Predictions(videos, np.array(labels), np.stack(scores))
