"""Load videos by the transforms of a pipeline, naming what is unreadable."""

import errno
import re
from typing import Any, Callable, List, Optional, Sequence

import mmcv
import numpy as np
from mmaction.datasets.transforms import (
    SampleFrames,
    UniformSample,
    UntrimmedSampleFrames,
)

from ...utils.text import first_line
from ..transforms import SampleTwoClips
from .look import look_at_frames, look_at_video

_SAMPLERS = SampleFrames, SampleTwoClips, UniformSample, UntrimmedSampleFrames
# Faults of the machine, not of the video.
_MACHINE = ImportError, MemoryError
_MACHINE_CODES = errno.EMFILE, errno.ENFILE, errno.ENOMEM


class UnreadableVideo(ValueError):
    """A video that cannot be opened or decoded."""


class Loading:
    """A transform that raises ``UnreadableVideo`` where a video is bad.

    Loading ends where a transform has added ``imgs``. What fails later, or in
    a transform that samples frames, is no fault of the video.

    Args:
        transform (Callable): A transform of a pipeline.
    """

    def __init__(self, transform: Callable) -> None:
        self.transform = transform
        self._samples = isinstance(transform, _SAMPLERS)
        self._on_disk = getattr(transform, 'io_backend', 'disk') == 'disk'

    def __call__(self, results: Any) -> Any:
        """Call the transform.

        Args:
            results (Any): What the transform takes.

        Returns:
            Any: What the transform returns.

        Raises:
            UnreadableVideo: If it cannot load the video; the text is the
                reason.
        """
        if self._samples or 'imgs' in results:
            return self.transform(results)
        if 'total_frames' not in results and 'filename' in results:
            problem = self._on_disk and look_at_video(results['filename'])
            if problem:
                raise UnreadableVideo(problem)
        try:
            results = self.transform(results)
        except _MACHINE:
            raise
        except Exception as error:  # of several types, as loaders have it
            if getattr(error, 'errno', None) in _MACHINE_CODES:
                raise
            raise UnreadableVideo(reason_of(error)) from error
        if results is not None and _is_empty(results):
            raise UnreadableVideo('no frame can be decoded')
        return results

    def __repr__(self) -> str:
        return repr(self.transform)


def _is_empty(results: dict) -> bool:
    if results.get('total_frames', 1) <= 0:
        return True
    # mmcv would seek without end where the first frame cannot be decoded.
    reader = results.get('video_reader')
    return isinstance(reader, mmcv.VideoReader) and reader.read() is None


def reason_of(error: Exception) -> str:
    """Return what a reader says is wrong, without the path before it.

    Args:
        error (Exception): Of a reader or a decoder.

    Returns:
        str: One line.
    """
    return re.sub(r"^cannot read .*?'.*?': ", '', first_line(error))


def loaders_of(transforms: Sequence[Callable]) -> List[Callable]:
    """Return the transforms up to the one that decodes, by its name.

    Args:
        transforms (Sequence[Callable]): Of a pipeline.

    Returns:
        list[Callable]: Its first transforms; all where none decodes.
    """
    for i, transform in enumerate(transforms, start=1):
        if 'Decode' in type(transform).__name__:
            return list(transforms[:i])
    return list(transforms)


def problem_of(
    info: dict, transforms: Sequence[Callable], all_clips: bool
) -> Optional[str]:
    """Load a video and say what is wrong with it.

    Args:
        info (dict): Of the data set's ``get_data_info``.
        transforms (Sequence[Callable]): Of its pipeline.
        all_clips (bool): Whether the frames that the pipeline samples are
            decoded, or only the first and the last one.

    Returns:
        str, optional: What is wrong, in one line; None if nothing is seen.
    """
    problem = 'frame_dir' in info and look_at_frames(info['frame_dir'])
    if problem:
        return problem
    results = dict(info)
    try:
        for transform in transforms:
            if isinstance(transform, _SAMPLERS) and not all_clips:
                last = results['total_frames'] - 1
                results['frame_inds'] = np.array([0, last])
                results['frame_inds'] += results.get('start_index', 0)
            else:
                results = Loading(transform)(results)
            if 'imgs' in results:
                return None
    except UnreadableVideo as error:
        return str(error)
    return None
