"""Let any Runner train without bad videos, and name them in tests."""

import os
from typing import Optional

from mmaction.registry import DATASETS
from mmengine.dist import barrier, is_main_process
from mmengine.runner import Runner

from ..datasets.bad_videos import (
    BadVideo,
    BadVideoRecord,
    guard_dataset,
    video_datasets,
)
from .hooks import BadVideosHook


def guard_videos(
    runner: Runner, training: bool = True, look: bool = True
) -> None:
    """Let a Runner train without bad videos, and name them in tests.

    To be called before the Runner builds its loaders. Its config stays as it
    is.

    Args:
        runner (Runner): Of ``Runner.from_cfg``. If it trains, it receives a
            :class:`BadVideosHook`, whose share is
            ``train_cfg.max_bad_videos``.
        training (bool): Whether it is about to train. Defaults to True.
        look (bool): Whether the hook looks at the files first. Defaults to
            True.

    Raises:
        ValueError: If ``max_bad_videos`` is not in [0, 1].
    """
    # Attributes without a public name: what has not been built yet. Workers
    # of some loops start before the first hook is called.
    if training:
        loop, arguments = runner._train_loop, dict(look=look)
        if isinstance(loop, dict) and 'max_bad_videos' in loop:
            arguments['max_bad_videos'] = loop.pop('max_bad_videos')
        runner.register_hook(BadVideosHook(**arguments))
        if is_main_process():
            _start_record(BadVideoRecord(runner.work_dir), runner._resume)
        barrier()
        _guard(runner._train_dataloader, runner.work_dir)
    _guard(runner._val_dataloader, None)
    _guard(runner._test_dataloader, None)


def _guard(loader: Optional[dict], work_dir: Optional[str]) -> None:
    if isinstance(loader, dict) and isinstance(loader['dataset'], dict):
        loader['dataset'] = dict(
            type=_build_guarded,
            dataset=loader['dataset'],
            work_dir=work_dir,
            workers=loader.get('num_workers', 0),
        )


def _build_guarded(dataset: dict, work_dir: Optional[str], workers: int):
    """Build a data set; bad videos are errors if there is no work dir."""
    built = DATASETS.build(dataset)
    if hasattr(built, 'full_init'):
        built.full_init()
    record = BadVideoRecord(work_dir) if work_dir is not None else None
    for leaf in video_datasets(built):
        guard_dataset(leaf, record, workers)
    return built


def _start_record(record: BadVideoRecord, resume: bool) -> None:
    """Begin a new list; a resumed run keeps videos that did not change."""
    written = _changed(record.path)

    def is_unchanged(video: BadVideo) -> bool:
        return 0 < _changed(video.path) <= written

    old = record.read_new() if resume else []
    record.start(filter(is_unchanged, old))


def _changed(path: str) -> float:
    """Return when a file changed last, 0 where there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return 0
    return max(status.st_mtime, status.st_ctime)
