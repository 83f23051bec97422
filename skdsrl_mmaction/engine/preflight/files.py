"""Whether the files of a dataset are where, and named as, it expects."""

import os
import os.path as osp
from typing import List

from mmaction.datasets import VideoDataset

from ...datasets.bad_videos import look_at_frames, look_at_video
from .annotation_files import Sample, prefix_of, stock_type

_LOOKED_AT = 32  # samples, of which at least one must be there


def check_files(key: str, dataset: dict, samples: List[Sample]) -> None:
    """Check the folder of a dataset, and how its frames are named.

    Only the first samples are looked at, which is enough to find a wrong
    folder, ``filename_tmpl`` or ``start_index``.

    Args:
        key (str): Key of the dataset in the config.
        dataset (dict): Config of a dataset with the stock format.
        samples (list[Sample]): Of its annotation file.

    Raises:
        FileNotFoundError: If none of the samples, or a frame, exists.
        ValueError: If ``start_index`` or ``filename_tmpl`` cannot be right.
    """
    is_video = stock_type(dataset) is VideoDataset
    if is_video and dataset.get('start_index', 0) != 0:
        raise ValueError(
            f'{key}.start_index={dataset.start_index} must be 0: the frames '
            'of a video count from 0'
        )
    if not on_disk(dataset):
        return
    look = look_at_video if is_video else look_at_frames
    samples = samples[:_LOOKED_AT]
    there = [x for x in samples if look(x.path) != 'missing']
    if not there:
        prefix_key, prefix = prefix_of(dataset)
        raise FileNotFoundError(
            f'{key}.data_prefix.{prefix_key}={prefix!r}: '
            f'{samples[0].path!r}, the first sample of the annotation file, '
            'does not exist; its paths must be relative to that folder'
        )
    if not is_video and osp.isdir(there[0].path):
        _check_frames(key, dataset, there[0])


def on_disk(dataset: dict) -> bool:
    """Return whether a dataset reads files, and not another storage."""
    return all(
        step.get('io_backend', 'disk') == 'disk'
        for step in dataset['pipeline']
        if isinstance(step, dict)
    )


def _check_frames(key: str, dataset: dict, sample: Sample) -> None:
    """Look for the first and the last frame of a folder."""
    template = dataset.get('filename_tmpl', 'img_{:05}.jpg')
    start = dataset.get('start_index', 1)
    is_flow = dataset.get('modality', 'RGB') == 'Flow'
    *offset, frames = sample.frames
    first = start + sum(offset)
    for number in first, first + frames - 1:
        try:
            name = template.format(*['x'][: int(is_flow)], number)
        except (IndexError, KeyError, ValueError):
            example = 'flow_{}_{:05d}.jpg' if is_flow else 'img_{:05}.jpg'
            raise ValueError(
                f'{key}.filename_tmpl={template!r} must be the name of a '
                f'frame with a place for its number, such as {example!r}'
            ) from None
        if not osp.exists(osp.join(sample.path, name)):
            names = sorted(os.listdir(sample.path))
            found = f'{names[0]!r} to {names[-1]!r}' if names else 'nothing'
            raise FileNotFoundError(
                f'{key}.filename_tmpl={template!r} with start_index={start}: '
                f'{sample.path!r} has no {name!r} of its {frames} frames; it '
                f'holds {found}'
            )
