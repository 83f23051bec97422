"""Checks of the annotation files that stock datasets read."""

import codecs
import logging
import os.path as osp
from typing import List, NamedTuple, Optional, Tuple

from mmaction.datasets import RawframeDataset, VideoDataset
from mmaction.registry import DATASETS
from mmengine.fileio import exists, get
from mmengine.logging import print_log

from ...utils import find_type, is_a

# Stock datasets with one sample a line, and the key of their data_prefix.
_FORMATS = {VideoDataset: 'video', RawframeDataset: 'img'}


class Sample(NamedTuple):
    """One line of an annotation file.

    Attributes:
        path (str): The file or folder, as the dataset opens it.
        frames (tuple[int, ...]): Of a folder: the offset, where the dataset
            has one, and the number of frames.
        labels (tuple[int, ...]): Empty where the line has none.
    """

    path: str
    frames: Tuple[int, ...]
    labels: Tuple[int, ...]


def stock_type(dataset: dict) -> Optional[type]:
    """Return the stock dataset whose annotation files a dataset reads.

    Args:
        dataset (dict): Config of a dataset with a pipeline.

    Returns:
        type, optional: ``VideoDataset`` or ``RawframeDataset``; None where
        the dataset reads files of another format.
    """
    for stock in _FORMATS:
        # A subclass may read files of another format.
        if (
            is_a(DATASETS, dataset['type'], stock)
            and find_type(DATASETS, dataset['type']).load_data_list
            is stock.load_data_list
        ):
            return stock
    return None


def prefix_of(dataset: dict) -> Tuple[str, str]:
    """Return the key of a dataset's ``data_prefix``, and its value."""
    key = _FORMATS[stock_type(dataset)]
    return key, (dataset.get('data_prefix') or {}).get(key) or ''


def check_annotation_file(
    key: str, dataset: dict, num_classes: Optional[int], may_lack_labels: bool
) -> List[Sample]:
    """Check every line of an annotation file.

    A warning is printed where a path has two different labels.

    Args:
        key (str): Key of the dataset in the config.
        dataset (dict): Config of a dataset with the stock format.
        num_classes (int, optional): Number of classes of the model.
        may_lack_labels (bool): Whether lines without a label are accepted.

    Returns:
        list[Sample]: Its lines, at least one.

    Raises:
        FileNotFoundError: If the annotation file does not exist.
        ValueError: If the file is empty or not in UTF-8, a line is malformed
            or without a label, or a label is not in [0, num_classes).
    """
    ann_file = osp.join(dataset.get('data_root') or '', dataset['ann_file'])
    place = f'{key}.ann_file={ann_file!r}'
    if not exists(ann_file):
        raise FileNotFoundError(
            f'{place} does not exist; it must be a text file with one sample '
            'a line, "path label" for videos'
        )
    lines = _decode(place, get(ann_file)).split('\n')
    if not lines[-1]:
        lines.pop()
    if not lines:
        raise ValueError(f'{place} is empty')
    samples = [
        _check_line(
            f'{place}, line {number}',
            line.rstrip('\r'),
            dataset,
            num_classes,
            may_lack_labels,
        )
        for number, line in enumerate(lines, start=1)
    ]
    _warn_of_two_labels(place, samples)
    return samples


def _decode(place: str, content: bytes) -> str:
    for mark in codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE:
        if content.startswith(mark):
            raise ValueError(
                f'{place} begins with a byte order mark (BOM), which would '
                'become part of the first path; save it as UTF-8 without BOM'
            )
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b'\n', 0, error.start) + 1
        raise ValueError(
            f'{place}, line {line}: the byte {content[error.start]:#04x} is '
            'not UTF-8; save the file, and name the videos, in UTF-8'
        ) from None


def _check_line(
    place: str,
    line: str,
    dataset: dict,
    num_classes: Optional[int],
    may_lack_labels: bool,
) -> Sample:
    is_video = stock_type(dataset) is VideoDataset
    # Split as the stock dataset does: raw frames have no delimiter.
    fields = (
        line.strip().split(dataset.get('delimiter', ' '))
        if is_video
        else line.split()
    )
    before = 1 if is_video else 2 + bool(dataset.get('with_offset'))
    labels = fields[before:]
    wanted = 'path label' if is_video else 'folder frames label'
    if len(fields) < before or not fields[0]:
        raise ValueError(f'{place}: {line!r} must be "{wanted}"')
    if not labels and not may_lack_labels:
        raise ValueError(
            f'{place}: {line!r} has no label, it must be "{wanted}"; only a '
            'test with --dump and without an evaluator (test_evaluator=[]) '
            'needs none'
        )
    if len(labels) > 1 and not dataset.get('multi_class', False):
        raise ValueError(f'{place}: {line!r} must be "{wanted}"')
    frames = [_number(place, 'number', x) for x in fields[1:before]]
    values = [_number(place, 'label', x) for x in labels]
    for value in values:
        if num_classes is not None and not 0 <= value < num_classes:
            raise ValueError(
                f'{place}: label {value} is not in [0, {num_classes}), as '
                f'model.cls_head.num_classes={num_classes} demands'
            )
    path = osp.join(
        dataset.get('data_root') or '', prefix_of(dataset)[1], fields[0]
    )
    return Sample(path, tuple(frames), tuple(values))


def _number(place: str, name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(
            f'{place}: the {name} {text!r} must be a whole number'
        ) from None


def _warn_of_two_labels(place: str, samples: List[Sample]) -> None:
    first = {}
    for number, sample in enumerate(samples, start=1):
        other, labels = first.setdefault(sample.path, (number, sample.labels))
        if labels != sample.labels:
            print_log(
                f'{place}: {sample.path!r} has two labels, '
                f'{_listed(labels)} in line {other} and '
                f'{_listed(sample.labels)} in line {number}; no other path '
                'is looked for',
                level=logging.WARNING,
            )
            return


def _listed(labels: Tuple[int, ...]) -> str:
    return ' '.join(map(str, labels))
