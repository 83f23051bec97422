"""Errors in the data of a config, found before anything is built."""

import math
import os
import os.path as osp
from typing import List, Optional, Sequence

from mmaction.registry import MODELS, TRANSFORMS
from mmengine.config import Config
from mmengine.fileio import exists, list_from_file

from ..datasets.transforms import SiameseTwoView
from ..models.recognizers.skdsrl import SKDSRLMixin
from ..utils import is_a, leaf_datasets

# Stock datasets with one sample a line, and the key of their data_prefix.
_LISTS = dict(
    VideoDataset='video', RepeatAugDataset='video', RawframeDataset='img'
)


def check_data(cfg: Config, splits: Sequence[str]) -> None:
    """Check views, annotation lists, labels, data folder and batch size.

    Every line of the lists is read; of the videos only the first is looked
    for, which finds a wrong folder at once. Datasets that are not stock
    lists are left alone.

    Args:
        cfg (Config): The whole config.
        splits (Sequence[str]): Which of 'train', 'val' and 'test' are about
            to be used.

    Raises:
        FileNotFoundError: If a list, or the first file it names, is absent.
        ValueError: If a line is malformed, a label is not in
            [0, num_classes), a training split is smaller than one batch, or
            model and training pipeline disagree on the number of views.
    """
    num_classes = (cfg.model.get('cls_head') or {}).get('num_classes')
    for split in splits:
        loader = cfg.get(f'{split}_dataloader')
        if loader is None:
            continue
        for key, dataset in leaf_datasets(
            f'{split}_dataloader.dataset', loader.dataset
        ):
            if dataset['type'] not in _LISTS:
                continue
            samples = _check_list(
                key, dataset, num_classes, may_lack_labels=split == 'test'
            )
            if split == 'train':
                _check_views(key, dataset, cfg)
            if split == 'train' and dataset is loader.dataset:
                _check_batch(loader, samples)


def trains_on_two_views(cfg: Config) -> bool:
    """Whether the config's model takes two views of every video.

    Args:
        cfg (Config): The whole config.

    Returns:
        bool: False where one view is trained on, as in stock recognizers.
    """
    return is_a(MODELS, cfg.model.type, SKDSRLMixin)


def _check_views(key: str, dataset: dict, cfg: Config) -> None:
    """A 2D recognizer would take half its segments for a view, unnoticed."""
    needed = trains_on_two_views(cfg)
    made = any(
        is_a(TRANSFORMS, step['type'], SiameseTwoView)
        for step in dataset['pipeline']
    )
    if needed != made:
        raise ValueError(
            f'model.type={cfg.model.type!r} trains on {1 + needed} view(s) of '
            f'a video, but {key}.pipeline makes {1 + made}: '
            + ('add SiameseTwoView' if needed else 'take SiameseTwoView out')
        )


def _check_batch(loader: dict, samples: int) -> None:
    processes = int(os.environ.get('WORLD_SIZE', 1))  # set by torchrun
    share = math.ceil(samples / processes)
    if loader.get('drop_last', False) and share < loader['batch_size']:
        raise ValueError(
            f'train_dataloader.batch_size={loader["batch_size"]} with '
            f'drop_last=True leaves no batch of the {samples} samples in the '
            f'list, {share} for each of {processes} processes; use a '
            'batch_size of at most that'
        )


def _check_list(
    key: str, dataset: dict, num_classes: Optional[int], may_lack_labels: bool
) -> int:
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


def _fields(line: str, dataset: dict) -> List[str]:
    """Split as the stock dataset does: raw frames know no delimiter."""
    if dataset['type'] == 'RawframeDataset':
        return line.split()
    return line.strip().split(dataset.get('delimiter', ' '))


def _check_line(
    place: str,
    line: str,
    dataset: dict,
    num_classes: Optional[int],
    may_lack_labels: bool,
) -> None:
    is_video = dataset['type'] != 'RawframeDataset'
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
    ):
        return
    prefix_key = _LISTS[dataset['type']]
    prefix = (dataset.get('data_prefix') or {}).get(prefix_key) or ''
    path = osp.join(
        dataset.get('data_root') or '', prefix, _fields(line, dataset)[0]
    )
    # Stock loaders take a video without an extension for an mp4 file.
    if not (osp.exists(path) or osp.exists(f'{path}.mp4')):
        raise FileNotFoundError(
            f'{key}.data_prefix.{prefix_key}={prefix!r}: {path!r}, the first '
            'sample of the list, does not exist; paths in the list are taken '
            'from that folder'
        )
