"""Numbers on predictions: accuracy, calibration, consistency, comparison."""

from typing import Dict, List, Tuple

import numpy as np
from scipy.stats import binom


def class_accuracies(counts: np.ndarray) -> np.ndarray:
    """Return the accuracy of each class.

    Args:
        counts (np.ndarray): (K, K), videos by label (row) and prediction.

    Returns:
        np.ndarray: (K,), from 0 to 1; NaN for a class without videos.
    """
    totals = counts.sum(axis=1)
    shares = np.full(len(counts), np.nan)
    np.divide(counts.diagonal(), totals, out=shares, where=totals > 0)
    return shares


def confused_pairs(counts: np.ndarray) -> List[Tuple[int, int, int]]:
    """List the mistakes by how often they occur.

    Args:
        counts (np.ndarray): (K, K), videos by label (row) and prediction.

    Returns:
        list[tuple[int, int, int]]: Label, prediction and number of videos,
        the most frequent first; pairs that do not occur are left out.
    """
    pairs = [
        (int(label), int(prediction), int(counts[label, prediction]))
        for label, prediction in np.argwhere(counts)
        if label != prediction
    ]
    return sorted(pairs, key=lambda pair: (-pair[2], pair[:2]))


def calibration(
    scores: np.ndarray, labels: np.ndarray, bins: int = 10
) -> Tuple[float, List[Dict[str, float]]]:
    """Compute the expected calibration error (ECE) and its bins.

    The largest probability of a video is its confidence. Videos are put into
    bins of equal width by it; ECE is the mean distance of accuracy and
    confidence of a bin, weighted by its videos. Source: Guo et al., On
    Calibration of Modern Neural Networks, Eq. 3.

    Args:
        scores (np.ndarray): (N, K), probabilities.
        labels (np.ndarray): (N,).
        bins (int): Their number. Defaults to 10.

    Returns:
        tuple[float, list[dict]]: ECE, from 0 to 1, and for each bin with
        videos ``from``, ``to``, ``videos``, ``confidence`` and ``accuracy``.
    """
    confidence = scores.max(axis=1)
    right = scores.argmax(axis=1) == labels
    places = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    rows = []
    for place in np.unique(places):
        inside = places == place
        rows.append(
            {
                'from': place / bins,
                'to': (place + 1) / bins,
                'videos': int(inside.sum()),
                'confidence': float(confidence[inside].mean()),
                'accuracy': float(right[inside].mean()),
            }
        )
    error = sum(
        row['videos'] * abs(row['accuracy'] - row['confidence'])
        for row in rows
    )
    return error / len(labels), rows


def clip_agreement(clip_scores: np.ndarray) -> np.ndarray:
    """Return how far the clips of each video agree on its class.

    Args:
        clip_scores (np.ndarray): (N, clips, K).

    Returns:
        np.ndarray: (N,), the share of pairs of clips with the same
        prediction, from 0 to 1; NaN for a video of one clip.
    """
    predictions = clip_scores.argmax(axis=2)
    clips = predictions.shape[1]
    if clips < 2:
        return np.full(len(predictions), np.nan)
    equal = predictions[:, :, None] == predictions[:, None, :]
    # Each clip agrees with itself, which says nothing.
    return (equal.sum(axis=(1, 2)) - clips) / (clips * (clips - 1))


def cosine(r1: np.ndarray, r2: np.ndarray) -> np.ndarray:
    """Return the cosine of each row of two matrices, from -1 to 1.

    Args:
        r1 (np.ndarray): (N, D), representations of the first view.
        r2 (np.ndarray): (N, D), those of the second.

    Returns:
        np.ndarray: (N,); 0 where a row is 0.
    """
    lengths = np.linalg.norm(r1, axis=1) * np.linalg.norm(r2, axis=1)
    return (r1 * r2).sum(axis=1) / np.maximum(lengths, 1e-12)


def mcnemar(right: np.ndarray, other_right: np.ndarray) -> Dict[str, float]:
    """Test whether two models are right equally often on the same videos.

    The exact test: of the videos on which only one model is right, each is
    the first model's with probability 1/2 if the two are equally good.
    Source: McNemar, Note on the sampling error of the difference between
    correlated proportions or percentages.

    Args:
        right (np.ndarray): (N,), bool, where the first model is right.
        other_right (np.ndarray): (N,), bool, where the second one is.

    Returns:
        dict: ``only_first``, ``only_second``, numbers of videos, and ``p``,
        the two-sided p-value.
    """
    first = int((right & ~other_right).sum())
    second = int((~right & other_right).sum())
    p = min(1.0, 2 * binom.cdf(min(first, second), first + second, 0.5))
    return dict(only_first=first, only_second=second, p=float(p))
