"""All numbers of an analysis, from what a model says of a data set."""

from dataclasses import dataclass
from typing import Any, Dict, List, Optional

import numpy as np
from mmengine.config import Config
from mmengine.runner import Runner

from ...engine import guard_videos
from .collect import Predictions, Views, collect_predictions, collect_views
from .numbers import calibration, clip_agreement, confusion, cosine
from .representation import knn_accuracy, probe_accuracy


@dataclass
class Analysis:
    """A model on a data set.

    Attributes:
        name (str): What the report calls it.
        classes (list[str]): K names.
        predictions (Predictions): On the test path.
        views (Views, optional): Of two augmented views; None for a config
            without a training pipeline.
    """

    name: str
    classes: List[str]
    predictions: Predictions
    views: Optional[Views]

    @property
    def counts(self) -> np.ndarray:
        """(K, K), the confusion matrix; row is the label."""
        said = self.predictions
        return confusion(
            said.labels, said.scores.argmax(axis=1), len(self.classes)
        )

    def summary(self) -> Dict[str, Any]:
        """Return the numbers of the whole data set, each from 0 to 1.

        Returns:
            dict: ``top1``; ``ece``; ``clip_agreement``, the mean share of
            pairs of clips of a video with the same prediction; ``knn`` and
            ``linear_probe``, accuracies on r; with views ``view_agreement``,
            the share of videos whose views get the same class, and
            ``view_cosine``, from -1 to 1, the mean cosine of their r.
        """
        said, views = self.predictions, self.views
        numbers = dict(
            model=self.name,
            videos=len(said.labels),
            top1=float(said.right.mean()),
            ece=calibration(said.scores, said.labels)[0],
            clip_agreement=float(clip_agreement(said.clip_scores).mean()),
            knn=knn_accuracy(said.r, said.labels),
            linear_probe=probe_accuracy(said.r, said.labels),
        )
        if views is not None:
            numbers.update(
                view_agreement=float(view_agreement(views).mean()),
                view_cosine=float(cosine(views.r1, views.r2).mean()),
            )
        return numbers


def view_agreement(views: Views) -> np.ndarray:
    """Return for each video whether both views get the same class, (N,)."""
    return views.scores1.argmax(axis=1) == views.scores2.argmax(axis=1)


def analyze(
    cfg: Config, checkpoint: str, name: str, classes: List[str]
) -> Analysis:
    """Run a checkpoint over the test set of a config.

    Args:
        cfg (Config): The whole config, checked as for a test.
        checkpoint (str): Its weights, which must fit.
        name (str): What the report calls it.
        classes (list[str]): Names of the classes; as many as the model has.

    Returns:
        Analysis: What the model says.

    Raises:
        ValueError: If the weights do not fit, or the model has no classifier.
    """
    cfg = cfg.copy()
    cfg.load_from, cfg.resume = checkpoint, False
    runner = Runner.from_cfg(cfg)
    guard_videos(runner, training=False)
    views = None
    predictions = collect_predictions(runner)
    if cfg.get('train_dataloader') is not None:
        views = collect_views(runner, cfg)
    return Analysis(name, classes, predictions, views)
