from typing import Callable, Dict, List, Optional, Set

from mmaction.datasets import RawframeDataset
from mmaction.registry import HOOKS
from mmengine.dataset import BaseDataset
from mmengine.dist import (
    all_gather_object,
    broadcast_object_list,
    is_main_process,
)
from mmengine.hooks import Hook
from mmengine.runner import IterBasedTrainLoop
from rich.console import Console
from rich.progress import track

from ...datasets.bad_videos import (
    BadVideo,
    BadVideoRecord,
    describe,
    look_at_frames,
    look_at_video,
    on_disk,
    path_of,
    place_of,
    video_datasets,
)
from ...utils.threads import map_in_threads

_SHOWN = 5  # lines of the record, in an error


@HOOKS.register_module()
class BadVideosHook(Hook):
    """Log the videos that cannot be read, and stop if there are too many.

    ``engine.guard_videos`` registers it, and makes the data sets list bad
    videos in ``bad_videos.txt`` of the work dir. Before the first step it
    looks at every file, without opening it.

    Args:
        max_bad_videos (float): The share of the distinct videos that may be
            bad, in [0, 1], judged before the first step and at the end of
            every epoch, over all workers and ranks. Defaults to 0.05.
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
        self._bad: Dict[str, BadVideo] = {}
        self._ignored: Set[str] = set()
        self._distinct = 0  # videos

    def before_train(self, runner) -> None:
        """Look at the files."""
        self._record = BadVideoRecord(runner.work_dir)
        if is_main_process():
            self._look(runner)
        self._judge(runner)

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

    def _look(self, runner) -> None:
        """Add what a look shows to the record, and count the videos."""
        places = {}
        for dataset in video_datasets(runner.train_dataloader.dataset):
            look = _look_of(dataset) if self.look else None
            for i in range(len(dataset)):
                path = path_of(dataset.get_data_info(i))
                places.setdefault(path, (dataset, i, look))
        self._distinct = len(places)

        def problem(path: str) -> Optional[str]:
            look = places[path][2]
            return look and look(path)

        problems = track(
            map_in_threads(problem, list(places)),
            description='looking at the training videos',
            total=len(places),
            console=Console(stderr=True),
            disable=not self.look,
        )
        # Asked first, so that the bar is told of its end.
        for reason, (path, (dataset, i, _)) in zip(problems, places.items()):
            if reason:
                place = place_of(dataset, i)
                self._record.add(BadVideo(path, place, reason))
        self._note_new(runner)
        # Of a run that was resumed with a shorter annotation file.
        self._ignored = self._bad.keys() - places.keys()

    def _note_new(self, runner) -> None:
        for video in self._record.read_new():
            self._bad[video.path] = video
            runner.logger.warning(
                f'bad video {len(self._bad)}, {describe(video)}'
            )

    def _judge(self, runner) -> None:
        self._note_new(runner)
        # Ranks on other machines may write to other disks.
        found = all_gather_object(self._bad)
        verdict: List[Optional[str]] = [None]
        if is_main_process():
            for others in found:
                for video in others.values():
                    self._record.add(video)
            self._note_new(runner)
            verdict = [self._verdict()]
        broadcast_object_list(verdict)
        if verdict[0]:
            raise RuntimeError(verdict[0])

    def _verdict(self) -> Optional[str]:
        bad = [x for x in self._bad.values() if x.path not in self._ignored]
        if len(bad) <= self.max_bad_videos * self._distinct:
            return None
        shown = '\n'.join('\t'.join(video) for video in bad[:_SHOWN])
        return (
            f'{len(bad)} of {self._distinct} videos cannot be read, more than '
            f'train_cfg.max_bad_videos={self.max_bad_videos} allows; '
            f'{self._record.path} lists them, it begins with\n{shown}'
        )


def _look_of(dataset: BaseDataset) -> Optional[Callable]:
    """Return the look that fits a data set, None where it is not on disk."""
    if not on_disk(dataset):
        return None
    if isinstance(dataset, RawframeDataset):
        return look_at_frames
    return look_at_video
