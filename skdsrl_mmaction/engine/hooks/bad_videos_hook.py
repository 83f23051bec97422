import os
from concurrent.futures import ThreadPoolExecutor
from typing import Dict, List, Optional

from mmaction.datasets import RawframeDataset
from mmaction.registry import HOOKS
from mmengine.dist import all_gather_object, barrier, is_main_process
from mmengine.hooks import Hook
from mmengine.runner import IterBasedTrainLoop
from rich.console import Console
from rich.progress import track

from ...datasets.bad_videos import (
    BadVideo,
    BadVideoRecord,
    describe,
    guard_dataset,
    look_at_frames,
    look_at_video,
    on_disk,
    path_of,
    place_of,
    video_datasets,
)

_THREADS = 16  # which wait for the file system
_SHOWN = 5  # lines of the record, in an error


@HOOKS.register_module()
class BadVideosHook(Hook):
    """Train without the videos that cannot be read, and list them.

    In training another sample takes the place of a bad one. All workers and
    ranks list them in ``bad_videos.txt`` of the work dir: path, annotation
    file and line, and what is wrong. In validation and test a bad video is an
    error with its name.

    Before the first step it looks at every file, without opening it.
    ``engine.use_bad_videos_hook`` adds this hook to a config.

    Args:
        max_bad_videos (float): The share of the distinct videos that may be
            bad, in [0, 1], judged before the first step and at the end of
            every epoch. Defaults to 0.05.
        look (bool): Whether to look at the files first. Defaults to True.

    Raises:
        ValueError: If ``max_bad_videos`` is not in [0, 1].
        RuntimeError: In use, if more videos are bad.
    """

    priority = 'LOWEST'  # after the checkpoint hook

    def __init__(
        self, max_bad_videos: float = 0.05, look: bool = True
    ) -> None:
        if not 0 <= max_bad_videos <= 1:
            raise ValueError(
                f'train_cfg.max_bad_videos={max_bad_videos!r} must be a share '
                'in [0, 1], such as 0.05; 1 never stops'
            )
        self.max_bad_videos = max_bad_videos
        self.look = look
        self._distinct = 0  # videos; 0 until they are counted

    def before_train(self, runner) -> None:
        """Look at the files, and guard the data set of the training."""
        self._record = BadVideoRecord(runner.work_dir)
        self._bad: Dict[str, BadVideo] = {}
        if is_main_process():
            self._record.start(self._bad_at_start(runner))
        barrier()
        self._judge(runner)
        for dataset in video_datasets(runner.train_dataloader.dataset):
            guard_dataset(dataset, BadVideoRecord(runner.work_dir))

    def before_val(self, runner) -> None:
        """Let errors of the validation name the video."""
        for dataset in video_datasets(runner.val_dataloader.dataset):
            guard_dataset(dataset, None)

    def before_test(self, runner) -> None:
        """Let errors of the test name the video."""
        for dataset in video_datasets(runner.test_dataloader.dataset):
            guard_dataset(dataset, None)

    def after_train_iter(
        self, runner, batch_idx, data_batch=None, outputs=None
    ) -> None:
        """Log new bad videos; judge where iterations make no epochs."""
        if is_main_process():
            self._note_new(runner)
        if isinstance(
            runner.train_loop, IterBasedTrainLoop
        ) and self.every_n_train_iters(runner, len(runner.train_dataloader)):
            self._judge(runner)

    def after_train_epoch(self, runner) -> None:
        """Judge the share of bad videos."""
        self._judge(runner)

    def _bad_at_start(self, runner) -> List[BadVideo]:
        """Return what a look shows, and what a resumed run has found."""
        places = {}
        for dataset in video_datasets(runner.train_dataloader.dataset):
            look = _look_of(dataset) if self.look else None
            for i in range(len(dataset)):
                path = path_of(dataset.get_data_info(i))
                places.setdefault(path, (dataset, i, look))
        self._distinct = len(places)
        found = self._record.read_new() if runner._resume else []
        # A video that changed since is tried anew.
        written = _changed(self._record.path)
        known = {
            video.path: video.reason
            for video in found
            if 0 < _changed(video.path) <= written
        }

        def problem(path: str) -> Optional[str]:
            look = places[path][2]
            return (look and look(path)) or known.get(path)

        with ThreadPoolExecutor(_THREADS) as threads:
            problems = track(
                threads.map(problem, places),
                description='looking at the training videos',
                total=len(places),
                console=Console(stderr=True),
                disable=not self.look,
            )
            return [
                BadVideo(path, place_of(dataset, i), reason)
                for (path, (dataset, i, _)), reason in zip(
                    places.items(), problems
                )
                if reason
            ]

    def _note_new(self, runner) -> None:
        for video in self._record.read_new():
            self._bad[video.path] = video
            runner.logger.warning(
                f'bad video {len(self._bad)}, {describe(video)}'
            )

    def _judge(self, runner) -> None:
        self._note_new(runner)
        # Ranks on other machines may write to other disks.
        for others in all_gather_object(self._bad):
            for video in others.values():
                self._bad[video.path] = video
                if is_main_process():
                    self._record.add(video)
        distinct = max(all_gather_object(self._distinct))
        if len(self._bad) > self.max_bad_videos * distinct:
            lines = ['\t'.join(video) for video in self._bad.values()]
            shown = '\n'.join(lines[:_SHOWN])
            raise RuntimeError(
                f'{len(self._bad)} of {distinct} videos cannot be read, more '
                f'than train_cfg.max_bad_videos={self.max_bad_videos} allows; '
                f'{self._record.path} lists them, it begins with\n{shown}'
            )


def _look_of(dataset):
    """Return the look that fits a data set, None where it is not on disk."""
    if not on_disk(dataset):
        return None
    if isinstance(dataset, RawframeDataset):
        return look_at_frames
    return look_at_video


def _changed(path: str) -> float:
    """Return when a file changed last, 0 where there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return 0
    return max(status.st_mtime, status.st_ctime)
