"""Checks of the data of a config before anything is built."""

import logging
from typing import Dict, List, Optional, Sequence

from mmaction.datasets import AudioDataset, PoseDataset
from mmaction.registry import DATASETS, METRICS
from mmengine.config import Config
from mmengine.evaluator import DumpResults
from mmengine.logging import print_log

from ...utils import is_a, leaf_datasets
from .annotation_files import check_annotation_file, stock_type
from .batches import check_batch
from .cache import check_cache
from .files import check_files
from .heads import check_heads
from .values import metrics_of
from .views import check_views


def check_data(
    cfg: Config, splits: Sequence[str], batches: bool = True
) -> None:
    """Check heads, views, annotation files, labels and batch size.

    Every line of the annotation files is read. Datasets with annotation
    files of another format are not checked.

    Args:
        cfg (Config): The whole config.
        splits (Sequence[str]): Which of 'train', 'val' and 'test' are about
            to be used.
        batches (bool): Whether the size of training batches is checked too.
            Defaults to True.

    Raises:
        FileNotFoundError: If an annotation file, or all of the first files
            that it names, do not exist.
        ValueError: If a line is malformed, a label is not in
            [0, num_classes), a training split is smaller than one batch or
            ends in a batch that is too small for the predictor's BatchNorm,
            model and training pipeline disagree on the views, a training
            head lacks what it needs of the config, or
            cached frames are not those that a pipeline makes.
    """
    if 'train' in splits and cfg.get('train_dataloader') is not None:
        check_heads(cfg)
    num_classes = (cfg.model.get('cls_head') or {}).get('num_classes')
    for split in splits:
        loader = cfg.get(f'{split}_dataloader')
        if loader is None:
            continue
        lengths: Dict[int, int] = {}
        labels: List[int] = []
        for key, dataset in leaf_datasets(
            f'{split}_dataloader.dataset', loader.dataset
        ):
            known = stock_type(dataset) is not None
            if split == 'train' and (known or _has_other_inputs(dataset)):
                check_views(key, dataset, cfg)
            if not known:
                continue
            samples = check_annotation_file(
                key, dataset, num_classes, not _needs_labels(cfg, split)
            )
            check_files(key, dataset, samples)
            check_cache(key, dataset, samples)
            lengths[id(dataset)] = len(samples)
            labels += [x for sample in samples for x in sample.labels]
        if split == 'train':
            if batches:
                check_batch(cfg, lengths)
            _warn_of_absent_classes(num_classes, labels)


def _has_other_inputs(dataset: dict) -> bool:
    """Return whether a dataset is one of the host without frames alone."""
    return is_a(DATASETS, dataset['type'], PoseDataset) or is_a(
        DATASETS, dataset['type'], AudioDataset
    )


def _needs_labels(cfg: Config, split: str) -> bool:
    """Return whether labels are used, and not only predictions written."""
    if split != 'test':
        return True
    metrics = list(metrics_of(cfg, split))
    return not metrics or not all(
        is_a(METRICS, metric.get('type'), DumpResults) for metric in metrics
    )


def _warn_of_absent_classes(
    num_classes: Optional[int], labels: List[int]
) -> None:
    if num_classes is not None and labels and max(labels) + 1 < num_classes:
        print_log(
            f'model.cls_head.num_classes={num_classes}, but the largest label '
            f'of train_dataloader is {max(labels)}: '
            f'num_classes={max(labels) + 1} would be enough',
            level=logging.WARNING,
        )
