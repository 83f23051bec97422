"""All numbers of an analysis, from what a model says of a data set."""

from dataclasses import dataclass
from typing import Any, Dict, List, Optional

import numpy as np
from mmengine.config import Config
from mmengine.device import get_device

from ...models.trained import class_names, load_trained
from .collect import Outputs, Views, collect_outputs, collect_views
from .numbers import calibration, clip_agreement, cosine
from .representation import knn_accuracy, probe_accuracy


@dataclass
class Analysis:
    """A model on a data set.

    Attributes:
        name (str): What the report calls it.
        classes (list[str]): K names.
        outputs (Outputs): On the test path.
        views (Views, optional): Of two augmented views; None for a config
            without a training pipeline.
    """

    name: str
    classes: List[str]
    outputs: Outputs
    views: Optional[Views]

    def summary(self) -> Dict[str, Any]:
        """Return the numbers of the whole data set, each from 0 to 1.

        Returns:
            dict: ``top1``; ``ece``; ``clip_agreement``, the mean share of
            pairs of clips of a video with the same prediction; ``knn`` and
            ``linear_probe``, accuracies on r; with views ``view_agreement``,
            the share of videos whose views get the same class, and
            ``view_cosine``, from -1 to 1, the mean cosine of their r.
        """
        said, views = self.outputs, self.views
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
    cfg: Config,
    checkpoint: str,
    name: str,
    label_file: Optional[str] = None,
) -> Analysis:
    """Run a checkpoint over the test set of a config.

    Args:
        cfg (Config): The whole config, checked as for a test.
        checkpoint (str): Its weights, which must fit.
        name (str): What the report calls it.
        label_file (str, optional): Names of the classes, one a line. Defaults
            to None, those in the checkpoint, or numbers.

    Returns:
        Analysis: What the model says.

    Raises:
        ValueError: If the weights or the names do not fit, or the model has
            no classifier.
    """
    model, meta = load_trained(cfg, checkpoint)
    classes = class_names(model.cls_head.num_classes, meta, label_file)
    if classes is None:
        classes = [f'class {i}' for i in range(model.cls_head.num_classes)]
    model.to(get_device())
    views = None
    outputs = collect_outputs(model, cfg)
    if cfg.get('train_dataloader') is not None:
        views = collect_views(model, cfg)
    return Analysis(name, classes, outputs, views)
