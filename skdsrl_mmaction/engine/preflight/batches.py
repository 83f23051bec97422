"""Whether the last batch of a training epoch is large enough."""

import math
import os
from typing import Dict, Optional

from mmaction.datasets import RepeatAugDataset
from mmaction.registry import DATA_SAMPLERS, DATASETS
from mmengine.config import Config
from mmengine.dataset import ConcatDataset, DefaultSampler, RepeatDataset

from ...models.heads import find_head
from ...models.recognizers import head_configs
from ...utils import is_a, leaf_datasets

# Where each launcher writes the number of processes.
_PROCESSES = dict(
    pytorch='WORLD_SIZE', slurm='SLURM_NTASKS', mpi='OMPI_COMM_WORLD_SIZE'
)


def check_batch(cfg: Config, lengths: Dict[int, int]) -> None:
    """Check that no batch of an epoch is too small to train on.

    Args:
        cfg (Config): The whole config.
        lengths (dict[int, int]): Lines of the annotation files, by the
            ``id`` of the config of their dataset.

    Raises:
        ValueError: If there is no batch, or one that is too small for a
            training head.
    """
    loader = cfg.train_dataloader
    samples = _length(loader.dataset, lengths)
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
    head = _needs_more_videos(cfg, smallest)
    if head is not None:
        raise ValueError(
            f'train_dataloader.batch_size={batch_size} with '
            f'drop_last={drop_last} makes a batch of {smallest} video(s) of '
            f'the {samples} samples, {share} for each of {processes} '
            f'processes, and {head.__name__} of the model needs '
            f'{head.min_videos}: set train_dataloader.batch_size >= '
            f'{head.min_videos} and train_dataloader.drop_last=True'
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


def _needs_more_videos(cfg: Config, batch: int) -> Optional[type]:
    """Return a training head that cannot train on a batch so small."""
    if cfg.get('sync_bn') is not None or any(
        # Statistics over all processes, or several samples of each video.
        is_a(DATASETS, dataset['type'], RepeatAugDataset)
        for _, dataset in leaf_datasets('', cfg.train_dataloader.dataset)
    ):
        return None
    heads = [find_head(head) for head in head_configs(cfg.model)]
    return next((head for head in heads if head.min_videos > batch), None)
