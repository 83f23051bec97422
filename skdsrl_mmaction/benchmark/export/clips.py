"""Clips of real videos, as an exported model takes them."""

import copy
from typing import Iterator, List, Optional, Tuple

import numpy as np
import torch
from mmaction.registry import DATASETS
from mmengine.config import Config

from ...datasets.one_clip import one_clip
from ...utils import leaf_datasets


def clip_dataset(cfg: Config, ann_file: Optional[str] = None):
    """Build the test data set with one clip of each video.

    Args:
        cfg (Config): The whole config.
        ann_file (str, optional): Another annotation file of the same format.
            Defaults to None, that of the config.

    Returns:
        Dataset: Of the config.
    """
    _, leaf = next(leaf_datasets('', cfg.test_dataloader.dataset))
    leaf = copy.deepcopy(leaf)
    leaf.pipeline = one_clip(cfg)
    if ann_file is not None:
        leaf.ann_file = ann_file
        leaf.data_root = None
    return DATASETS.build(leaf)


def samples(dataset, number: int) -> Iterator[Tuple[np.ndarray, int]]:
    """Yield clips of videos that are spread evenly over a data set.

    Args:
        dataset (Dataset): Of :func:`clip_dataset`.
        number (int): How many; fewer if there are not as many.

    Yields:
        tuple[np.ndarray, int]: What ``FormatShape`` returns, with a first
        axis of 1, uint8; and the label.
    """
    number = min(number, len(dataset))
    for i in np.linspace(0, len(dataset) - 1, number).round().astype(int):
        sample = dataset[int(i)]
        label = sample['data_samples'].gt_label
        yield sample['inputs'][None].numpy(), int(torch.as_tensor(label)[0])


def first_clips(dataset, number: int) -> List[np.ndarray]:
    """Return the clips of :func:`samples` as a list."""
    return [frames for frames, _ in samples(dataset, number)]
