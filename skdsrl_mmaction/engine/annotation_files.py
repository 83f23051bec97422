"""Checks of the annotation files that stock datasets read."""

import os.path as osp
from typing import List, Optional

from mmaction.datasets import RawframeDataset, VideoDataset
from mmaction.registry import DATASETS
from mmengine.fileio import exists, list_from_file

from ..utils import find_type, is_a

# Stock datasets with one sample a line, and the key of their data_prefix.
_FORMATS = {VideoDataset: 'video', RawframeDataset: 'img'}


def has_stock_format(dataset: dict) -> bool:
    """Return whether a dataset reads the annotation files of the stock ones.

    Args:
        dataset (dict): Config of a dataset with a pipeline.
    """
    return _stock_type(dataset) is not None


def check_annotation_file(
    key: str, dataset: dict, num_classes: Optional[int], may_lack_labels: bool
) -> int:
    """Check every line of an annotation file, and the first file it names.

    Args:
        key (str): Key of the dataset in the config.
        dataset (dict): Config of a dataset with the stock format.
        num_classes (int, optional): Number of classes of the model.
        may_lack_labels (bool): Whether lines without a label are accepted.

    Returns:
        int: Number of samples, > 0.

    Raises:
        FileNotFoundError: If the annotation file, or the first file it
            names, does not exist.
        ValueError: If the file is empty, a line is malformed, or a label is
            not in [0, num_classes).
    """
    ann_file = osp.join(dataset.get('data_root') or '', dataset['ann_file'])
    if not exists(ann_file):
        raise FileNotFoundError(
            f'{key}.ann_file={ann_file!r} does not exist; it must be a text '
            'file with one sample a line, "path label" for videos'
        )
    lines = list_from_file(ann_file)
    if not lines:
        raise ValueError(f'{key}.ann_file={ann_file!r} is empty')
    for number, line in enumerate(lines, start=1):
        _check_line(
            f'{key}.ann_file={ann_file!r}, line {number}',
            line,
            dataset,
            num_classes,
            may_lack_labels,
        )
    _check_first_file(key, lines[0], dataset)
    return len(lines)


def _stock_type(dataset: dict) -> Optional[type]:
    for stock in _FORMATS:
        # A subclass may read files of another format.
        if (
            is_a(DATASETS, dataset['type'], stock)
            and find_type(DATASETS, dataset['type']).load_data_list
            is stock.load_data_list
        ):
            return stock
    return None


def _fields(line: str, dataset: dict) -> List[str]:
    """Split as the stock dataset does: raw frames have no delimiter."""
    if _stock_type(dataset) is RawframeDataset:
        return line.split()
    return line.strip().split(dataset.get('delimiter', ' '))


def _check_line(
    place: str,
    line: str,
    dataset: dict,
    num_classes: Optional[int],
    may_lack_labels: bool,
) -> None:
    is_video = _stock_type(dataset) is VideoDataset
    fields = _fields(line, dataset)
    if len(fields) == 1 and fields[0] and is_video and may_lack_labels:
        return
    before = 1 if is_video else 2 + bool(dataset.get('with_offset'))
    labels = fields[before:]
    several = dataset.get('multi_class', False)
    if not labels or (len(labels) > 1 and not several):
        wanted = 'path label' if is_video else 'folder frames label'
        raise ValueError(f'{place}: {line!r} must be "{wanted}"')
    for label in labels:
        try:
            value = int(label)
        except ValueError:
            raise ValueError(
                f'{place}: the label {label!r} must be a whole number'
            ) from None
        if num_classes is not None and not 0 <= value < num_classes:
            raise ValueError(
                f'{place}: label {value} is not in [0, {num_classes}), as '
                f'model.cls_head.num_classes={num_classes} demands'
            )


def _check_first_file(key: str, line: str, dataset: dict) -> None:
    if any(
        step.get('io_backend', 'disk') != 'disk'
        for step in dataset['pipeline']
        if isinstance(step, dict)
    ):
        return
    prefix_key = _FORMATS[_stock_type(dataset)]
    prefix = (dataset.get('data_prefix') or {}).get(prefix_key) or ''
    path = osp.join(
        dataset.get('data_root') or '', prefix, _fields(line, dataset)[0]
    )
    # Stock loaders read a video without an extension as an mp4 file.
    if not (osp.exists(path) or osp.exists(f'{path}.mp4')):
        raise FileNotFoundError(
            f'{key}.data_prefix.{prefix_key}={prefix!r}: {path!r}, the first '
            'sample of the annotation file, does not exist; its paths must '
            'be relative to that folder'
        )
