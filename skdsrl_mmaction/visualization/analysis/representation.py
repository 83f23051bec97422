"""How much of the classes is in the representation r.

Nothing here looks at the classifier: r alone is judged, each video by the
others of the same data set.
"""

import numpy as np

from ..extras import needs_scikit_learn

_AT_ONCE = 1024  # videos that are compared with all others


def knn_accuracy(r: np.ndarray, labels: np.ndarray, k: int = 5) -> float:
    """Classify each video by its k nearest others (leave one out).

    Neighbours are those of the largest cosine. Of classes with equally many
    neighbours, the one with the nearest wins.

    Args:
        r (np.ndarray): (N, D).
        labels (np.ndarray): (N,), from 0 to K - 1.
        k (int): Number of neighbours, at most N - 1. Defaults to 5.

    Returns:
        float: Share of videos that get their label, from 0 to 1.
    """
    unit = r / np.maximum(np.linalg.norm(r, axis=1, keepdims=True), 1e-12)
    k = min(k, len(r) - 1)
    # The second part decides ties only: all of it together is below 1.
    weights = 1 + 0.5 ** np.arange(1, k + 1)
    votes = np.zeros((len(r), labels.max() + 1))
    # All at once, 20,000 videos would take gigabytes.
    for rows in np.array_split(np.arange(len(r)), -(-len(r) // _AT_ONCE)):
        likeness = unit[rows] @ unit.T
        likeness[np.arange(len(rows)), rows] = -np.inf
        nearest = np.argsort(-likeness, axis=1, kind='stable')[:, :k]
        for place, weight in enumerate(weights):
            votes[rows, labels[nearest[:, place]]] += weight
    return float((votes.argmax(axis=1) == labels).mean())


def probe_accuracy(r: np.ndarray, labels: np.ndarray, folds: int = 5) -> float:
    """Return the cross-validated accuracy of a linear classifier on r.

    Logistic regression on standardized r, in stratified folds.

    Args:
        r (np.ndarray): (N, D).
        labels (np.ndarray): (N,).
        folds (int): Their number; fewer where a class has fewer videos.
            Defaults to 5.

    Returns:
        float: From 0 to 1; NaN where a class has one video.

    Raises:
        ImportError: Without scikit-learn.
    """
    needs_scikit_learn()
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    counts = np.unique(labels, return_counts=True)[1]
    folds = min(folds, counts.min())
    if folds < 2 or len(counts) < 2:
        return float('nan')
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    split = StratifiedKFold(folds, shuffle=True, random_state=0)
    return float(cross_val_score(probe, r, labels, cv=split).mean())


def embed(r: np.ndarray, method: str) -> np.ndarray:
    """Place each r in the plane.

    Args:
        r (np.ndarray): (N, D).
        method (str): 'pca' or 'tsne', with a fixed seed.

    Returns:
        np.ndarray: (N, 2).

    Raises:
        ImportError: Without scikit-learn.
    """
    needs_scikit_learn()
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    if method == 'pca':
        return PCA(2, random_state=0).fit_transform(r)
    # Its perplexity has to be below the number of videos.
    perplexity = min(30.0, (len(r) - 1) / 3)
    model = TSNE(2, perplexity=perplexity, random_state=0, init='random')
    return model.fit_transform(r)
