"""Checks of a config and its data before anything is built."""

import math
import os
from typing import Any, Dict, Optional, Sequence, Tuple

from mmaction.datasets import RepeatAugDataset
from mmaction.datasets.transforms import SampleFrames, UniformSample
from mmaction.models import Recognizer2D
from mmaction.registry import DATA_SAMPLERS, DATASETS, MODELS, TRANSFORMS
from mmengine.config import Config
from mmengine.dataset import ConcatDataset, DefaultSampler, RepeatDataset

from ..datasets.transforms import SampleTwoClips, SiameseTwoView
from ..models.heads import SiameseHead
from ..models.recognizers.skdsrl import SKDSRLMixin
from ..utils import is_a, leaf_datasets
from .annotation_files import check_annotation_file, has_stock_format

# Where each launcher writes the number of processes.
_PROCESSES = dict(
    pytorch='WORLD_SIZE', slurm='SLURM_NTASKS', mpi='OMPI_COMM_WORLD_SIZE'
)


def check_data(cfg: Config, splits: Sequence[str]) -> None:
    """Check views, annotation files, labels, data folder and batch size.

    Every line of the annotation files is read. Only the first video of each
    is looked for, which is enough to find a wrong folder. Datasets with
    annotation files of another format are not checked.

    Args:
        cfg (Config): The whole config.
        splits (Sequence[str]): Which of 'train', 'val' and 'test' are about
            to be used.

    Raises:
        FileNotFoundError: If an annotation file, or the first file it names,
            does not exist.
        ValueError: If a line is malformed, a label is not in
            [0, num_classes), a training split is smaller than one batch or
            ends in a batch that is too small for the predictor's BatchNorm,
            or model and training pipeline disagree on the views.
    """
    num_classes = (cfg.model.get('cls_head') or {}).get('num_classes')
    for split in splits:
        loader = cfg.get(f'{split}_dataloader')
        if loader is None:
            continue
        samples = {}
        for key, dataset in leaf_datasets(
            f'{split}_dataloader.dataset', loader.dataset
        ):
            if not has_stock_format(dataset):
                continue
            samples[id(dataset)] = check_annotation_file(
                key, dataset, num_classes, may_lack_labels=split == 'test'
            )
            if split == 'train':
                _check_views(key, dataset, cfg)
        if split == 'train':
            _check_batch(cfg, _length(loader.dataset, samples))


def trains_on_two_views(cfg: Config) -> bool:
    """Return whether the config's model takes two views of every video.

    Args:
        cfg (Config): The whole config.

    Returns:
        bool: False where the model trains on one view, as stock ones do.
    """
    return is_a(MODELS, cfg.model.type, SKDSRLMixin)


def _find_step(
    pipeline: Sequence[Any], *parents: type
) -> Tuple[Optional[int], dict]:
    """Return index and arguments of a pipeline's first step of some type."""
    for i, step in enumerate(pipeline):
        kind = step['type'] if isinstance(step, dict) else type(step)
        if any(is_a(TRANSFORMS, kind, parent) for parent in parents):
            return i, step if isinstance(step, dict) else vars(step)
    return None, {}


def _check_views(key: str, dataset: dict, cfg: Config) -> None:
    pipeline = dataset['pipeline']
    place, two_view = _find_step(pipeline, SiameseTwoView)
    needed, made = trains_on_two_views(cfg), place is not None
    if needed != made:
        raise ValueError(
            f'model.type={cfg.model.type!r} trains on {1 + needed} view(s) of '
            f'a video, but {key}.pipeline makes {1 + made}: '
            + ('add SiameseTwoView' if needed else 'take SiameseTwoView out')
        )
    # A 3D recognizer takes exactly two clips, but a 2D one any even number,
    # and would train on half of its segments.
    sampler, arguments = _find_step(pipeline, SampleFrames, UniformSample)
    if (
        made
        and sampler is not None
        and not two_view.get('same_clip', False)
        and _find_step(pipeline, SampleTwoClips)[0] is None
        and is_a(MODELS, cfg.model.type, Recognizer2D)
    ):
        clips = arguments.get('num_clips', 1)
        raise ValueError(
            f'{key}.pipeline[{sampler}].num_clips={clips} leaves {clips / 2:g}'
            ' segments to each view; wrap this sampler in SampleTwoClips, or '
            f'set {key}.pipeline[{place}].same_clip=True'
        )


def _length(dataset: dict, samples: Dict[int, int]) -> Optional[int]:
    """Return the number of samples, or None where it is not known."""
    if id(dataset) in samples:
        indices = dataset.get('indices')
        if indices is None:
            return samples[id(dataset)]
        return abs(indices) if isinstance(indices, int) else len(indices)
    if is_a(DATASETS, dataset['type'], ConcatDataset):
        lengths = [_length(child, samples) for child in dataset['datasets']]
        return None if None in lengths else sum(lengths)
    if is_a(DATASETS, dataset['type'], RepeatDataset):
        length = _length(dataset['dataset'], samples)
        return None if length is None else dataset['times'] * length
    return None


def _check_batch(cfg: Config, samples: Optional[int]) -> None:
    loader = cfg.train_dataloader
    sampler = loader.get('sampler') or {}
    if samples is None or not is_a(
        DATA_SAMPLERS, sampler.get('type'), DefaultSampler
    ):
        return
    batch_size = loader['batch_size']
    drop_last = loader.get('drop_last', False)
    variable = _PROCESSES.get(cfg.get('launcher', 'none'), '')
    processes = int(os.environ.get(variable, 1))
    share = math.ceil(samples / processes)
    if drop_last and share < batch_size:
        raise ValueError(
            f'train_dataloader.batch_size={batch_size} with drop_last=True '
            f'leaves no batch of the {samples} samples, {share} for each of '
            f'{processes} processes; use a batch_size of at most that'
        )
    smallest = batch_size if drop_last else share % batch_size or batch_size
    if smallest == 1 and _needs_two_videos(cfg):
        raise ValueError(
            f'train_dataloader.batch_size={batch_size} with '
            f'drop_last={drop_last} makes a batch of 1 video of the {samples} '
            f'samples, {share} for each of {processes} processes, and the '
            'BatchNorm of model.siamese_head needs 2: set '
            'train_dataloader.batch_size >= 2 and '
            'train_dataloader.drop_last=True'
        )


def _needs_two_videos(cfg: Config) -> bool:
    """Return whether the predictor cannot train on a batch of one video."""
    head = cfg.model.get('siamese_head', dict(type='SiameseHead'))
    return (
        trains_on_two_views(cfg)
        and head is not None
        and is_a(MODELS, head.get('type'), SiameseHead)
        and cfg.get('sync_bn') is None  # statistics over all processes
        and not any(  # several samples of each video
            is_a(DATASETS, dataset['type'], RepeatAugDataset)
            for _, dataset in leaf_datasets('', cfg.train_dataloader.dataset)
        )
    )
