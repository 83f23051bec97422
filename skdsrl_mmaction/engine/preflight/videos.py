"""Whether the videos of validation and test can be read."""

import logging
import os
import os.path as osp
from functools import partial
from typing import Any, Dict, List, Sequence

from mmaction.datasets import RawframeDataset, VideoDataset
from mmaction.registry import DATASETS
from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.dist import broadcast_object_list, is_main_process
from mmengine.fileio import list_from_file
from mmengine.logging import print_log
from mmengine.registry import init_default_scope
from rich.console import Console
from rich.progress import track

from ...datasets.bad_videos import (
    BadVideo,
    UnreadableVideo,
    describe,
    line_of,
    loaders_of,
    on_disk,
    path_of,
    place_of,
    problem_of,
)
from ...datasets.preparation.isolated import call_each
from ...utils import is_a, leaf_datasets, write_text
from ..agreement import one_outcome
from .known_good import KnownGood

_SECONDS = 60  # for one video
_PRINTED = 20  # bad videos


def check_videos(
    cfg: Config, splits: Sequence[str], skip_bad: bool = False
) -> None:
    """Load the first and the last frame of every video, as the config does.

    A video that was good, and has not changed, is not loaded again. Videos
    in other storage than files are not looked at.

    Args:
        cfg (Config): The whole config, with ``work_dir``; is modified where
            videos are left out.
        splits (Sequence[str]): Which of 'train', 'val' and 'test' are about
            to be used. In training, ``BadVideosHook`` looks at the files.
        skip_bad (bool): Whether bad videos are left out: the annotation file
            is replaced by one in the work dir. All frames that the pipeline
            samples are then loaded. Defaults to False.

    Raises:
        ValueError: If a video is bad; the text names the file, annotation
            file and line.
    """
    init_default_scope(cfg.get('default_scope') or 'mmaction')
    for split in splits:
        loader = cfg.get(f'{split}_dataloader')
        if loader is None or split == 'train':
            continue
        for key, config in leaf_datasets(
            f'{split}_dataloader.dataset', loader.dataset
        ):
            if not any(
                is_a(DATASETS, config['type'], kind)
                for kind in (VideoDataset, RawframeDataset)
            ):
                continue
            _check_dataset(cfg, key, config, skip_bad)


def _check_dataset(
    cfg: Config, key: str, config: dict, skip_bad: bool
) -> None:
    shared: List[Any] = [None, None]
    with one_outcome():
        if is_main_process():
            dataset = DATASETS.build(config)
            bad = find_bad(dataset, all_clips=skip_bad)
            shared[0] = list(bad.values())
            if bad and skip_bad:
                shared[1] = _write_without(cfg.work_dir, key, dataset, bad)
    broadcast_object_list(shared)
    videos, ann_file = shared
    for video in videos[:_PRINTED]:
        print_log(describe(video), level=logging.WARNING)
    if ann_file is not None:
        print_log(
            f'left out of {key}: {len(videos)} bad videos; the others are in '
            f'{ann_file}',
            level=logging.WARNING,
        )
        config.ann_file = ann_file
        config.pop('indices', None)
    elif videos:
        raise UnreadableVideo(
            f'{key}: {len(videos)} bad videos, which --skip-bad leaves out; '
            f'the first is of {describe(videos[0])}'
        )


def find_bad(dataset: BaseDataset, all_clips: bool) -> Dict[int, BadVideo]:
    """Load the videos of a data set, with a progress bar on stderr.

    Args:
        dataset (BaseDataset): Of videos or of folders of frames.
        all_clips (bool): Whether the frames that the pipeline samples are
            decoded, or only the first and the last one.

    Returns:
        dict[int, BadVideo]: The bad ones, by their index.
    """
    if not on_disk(dataset):
        return {}
    loaders = loaders_of(dataset.pipeline.transforms)
    infos = [dataset.get_data_info(i) for i in range(len(dataset))]
    paths = [osp.abspath(path_of(info)) for info in infos]
    known = KnownGood(f'{loaders} {all_clips} {osp.abspath(dataset.ann_file)}')
    stamps = known.look_up(paths)
    todo = [
        None if is_known or '://' in path_of(info) else info
        for info, (_, is_known) in zip(infos, stamps)
    ]
    if not any(todo):
        return {}
    results = call_each(
        partial(problem_of, transforms=loaders, all_clips=all_clips),
        todo,
        len(os.sched_getaffinity(0)),
        _SECONDS,
    )
    progress = track(
        results,
        description=f'looking at {osp.basename(dataset.ann_file)}',
        total=len(todo),
        console=Console(stderr=True),
    )
    bad = {}
    for i, (problem, crash) in enumerate(progress):
        reason = problem or crash
        if reason:
            path = path_of(infos[i])
            bad[i] = BadVideo(path, place_of(dataset, i), reason)
    known.save(
        {
            path: stamp
            for i, (path, (stamp, _)) in enumerate(zip(paths, stamps))
            if i not in bad
        }
    )
    return bad


def _write_without(
    work_dir: str, key: str, dataset: BaseDataset, bad: Dict[int, BadVideo]
) -> str:
    """Write the lines of the good videos to a file; returns its path."""
    good = [line_of(dataset, i) for i in range(len(dataset)) if i not in bad]
    if None in good:
        raise ValueError(
            f'--skip-bad cannot leave lines out of {dataset.ann_file!r}: its '
            f'format is that of {type(dataset).__name__}'
        )
    if not good:
        raise ValueError(
            f'{key}: all {len(bad)} videos are bad; the first is of '
            f'{describe(next(iter(bad.values())))}'
        )
    lines = list_from_file(dataset.ann_file)
    path = osp.abspath(osp.join(work_dir, f'{key}_without_bad_videos.txt'))
    write_text(path, ''.join(f'{lines[line - 1]}\n' for line in good))
    return path
