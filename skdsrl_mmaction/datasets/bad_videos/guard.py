"""Data sets that survive bad videos, or name them."""

from typing import Any, Collection, Iterator, List, Optional

from mmaction.datasets import RawframeDataset, VideoDataset
from mmengine.dataset import BaseDataset

from .loading import Loading, UnreadableVideo
from .readings import Readings
from .record import BadVideo, BadVideoRecord


def video_datasets(dataset: Any) -> Iterator[BaseDataset]:
    """Iterate over the data sets of videos, or of frames, inside wrappers.

    Args:
        dataset (Dataset): A data set or a wrapper.

    Yields:
        BaseDataset: Each ``VideoDataset`` and ``RawframeDataset``.
    """
    if isinstance(dataset, (VideoDataset, RawframeDataset)):
        yield dataset
        return
    children = getattr(dataset, 'datasets', None)
    if children is None:
        children = [getattr(dataset, 'dataset', None)]
    for child in children:
        if child is not None:
            yield from video_datasets(child)


def path_of(info: dict) -> str:
    """Return the file, or the folder of frames, of a sample.

    Args:
        info (dict): Of the data set's ``get_data_info``.
    """
    return info['filename'] if 'filename' in info else info['frame_dir']


def line_of(dataset: BaseDataset, index: int) -> Optional[int]:
    """Return the line of the annotation file that a sample is from.

    Args:
        dataset (BaseDataset): The data set.
        index (int): Index of the sample, >= 0.

    Returns:
        int, optional: From 1 on; None where the data set reads annotation
        files of another format, or picks samples from the end.
    """
    kind = type(dataset)
    if kind.filter_data is not BaseDataset.filter_data or (
        kind.load_data_list
        not in (VideoDataset.load_data_list, RawframeDataset.load_data_list)
    ):
        return None
    chosen = dataset._indices
    if chosen is None or (isinstance(chosen, int) and chosen >= 0):
        return index + 1
    return None if isinstance(chosen, int) else int(chosen[index]) + 1


def place_of(dataset: BaseDataset, index: int) -> str:
    """Return annotation file and line of a sample, for messages."""
    line = line_of(dataset, index)
    where = f'sample {index}' if line is None else f'line {line}'
    return f'{dataset.ann_file}, {where}'


def on_disk(dataset: BaseDataset) -> bool:
    """Return whether a data set reads files, and not another storage."""
    return all(
        getattr(transform, 'io_backend', 'disk') == 'disk'
        for transform in dataset.pipeline.transforms
    )


def guard_dataset(
    dataset: BaseDataset, record: Optional[BadVideoRecord], workers: int = 0
) -> None:
    """Make a data set survive bad videos, or name them.

    Args:
        dataset (BaseDataset): Of :func:`video_datasets`; is modified. A
            second call has no effect.
        record (BadVideoRecord, optional): If given, a bad video is added to
            it, and the data set takes another sample instead
            (``max_refetch``). Otherwise it is an error with its name.
        workers (int): Of the loader, for :func:`read_by`. Defaults to 0.
    """
    if isinstance(dataset.prepare_data, _GuardedPreparation):
        return
    transforms = dataset.pipeline.transforms
    transforms[:] = [Loading(transform) for transform in transforms]
    dataset.prepare_data = _GuardedPreparation(
        dataset, record, Readings(workers)
    )


def read_by(dataset: Any, processes: Collection[int]) -> List[str]:
    """Return the videos that workers are reading, or were when they died.

    Args:
        dataset (Dataset): A data set or a wrapper. Those inside that are not
            guarded show nothing.
        processes (Collection[int]): Numbers of the workers' processes.

    Returns:
        list[str]: Path and place of each video.
    """
    return [
        f'{path_of(leaf.get_data_info(i))!r} ({place_of(leaf, i)})'
        for leaf in video_datasets(dataset)
        if isinstance(leaf.prepare_data, _GuardedPreparation)
        for i in leaf.prepare_data.readings.of(processes)
    ]


class _GuardedPreparation:
    """In place of a data set's ``prepare_data``."""

    def __init__(
        self,
        dataset: BaseDataset,
        record: Optional[BadVideoRecord],
        readings: Readings,
    ) -> None:
        self.dataset = dataset
        self.record = record
        self.readings = readings
        self._in_a_row = 0

    def __call__(self, index: int) -> Any:
        try:
            with self.readings.note(index):
                # Of the class, since this is that attribute of the instance.
                sample = type(self.dataset).prepare_data(self.dataset, index)
        except UnreadableVideo as error:
            index = int(index)
            path = path_of(self.dataset.get_data_info(index))
            video = BadVideo(path, place_of(self.dataset, index), str(error))
            if self.record is None:
                raise UnreadableVideo(describe(video)) from error
            self._replace(video, error)
            return None
        self._in_a_row = 0
        return sample

    def _replace(self, video: BadVideo, error: UnreadableVideo) -> None:
        self.record.add(video)
        self._in_a_row += 1
        if self._in_a_row > self.dataset.max_refetch:
            raise RuntimeError(
                f'{self._in_a_row} videos of {self.dataset.ann_file!r} in a '
                f'row cannot be read; {self.record.path} lists them, the last '
                f'is {describe(video)}'
            ) from error


def describe(video: BadVideo) -> str:
    """Return what is wrong with a video, where, as one line."""
    return f'{video.place}: cannot read the video {video.path!r}: ' + (
        video.reason
    )
