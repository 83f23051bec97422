"""A trained model, a video, its labels."""

from dataclasses import dataclass
from os import PathLike
from typing import Iterator, List, Optional, Tuple, Union

import torch
from mmaction.apis import inference_recognizer
from mmengine.config import Config
from mmengine.dataset import Compose
from torch import Tensor

from .datasets.one_clip import for_files, one_clip, test_pipeline
from .datasets.video import PyAVReader
from .models.trained import class_names, load_trained
from .utils import read_config

_RATE = 25.0  # frames a second, where a file does not say


@dataclass
class Window:
    """A stretch of a video and its scores.

    Attributes:
        begin (float): Seconds from the beginning of the video.
        end (float): Seconds.
        scores (Tensor): Probabilities, (K,).
    """

    begin: float
    end: float
    scores: Tensor


class Recognizer:
    """Recognize the actions of videos, by the test pipeline of a config.

    It is MMAction2's ``inference_recognizer`` with the reader of this
    package. The ``ActionRecogInferencer`` of MMAction2 samples other clips
    and crops than testing does.

    Args:
        config (str | Config): A config file, or ``package::path``.
        checkpoint (str): Path or URL of its checkpoint.
        device (str, optional): Such as 'cpu' or 'cuda:0'. Defaults to None, a
            GPU if there is one.
        label_file (str, optional): Text file with the name of a class on each
            line. Defaults to None: the names in the checkpoint, or numbers.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If config, weights and names do not fit.

    Example:
        >>> recognize = Recognizer('config.py', 'best.pth')
        >>> labels, scores = recognize('video.mp4')
    """

    def __init__(
        self,
        config: Union[str, PathLike, Config],
        checkpoint: Union[str, PathLike],
        device: Optional[str] = None,
        label_file: Optional[str] = None,
    ) -> None:
        cfg = (
            config if isinstance(config, Config) else read_config(str(config))
        )
        self.model, meta = load_trained(cfg, str(checkpoint))
        head = self.model.cls_head
        self.classes = class_names(head.num_classes, meta, label_file) or [
            str(i) for i in range(head.num_classes)
        ]
        if head.multi_class:
            head.average_clips = 'score'
        elif head.average_clips is None:
            head.average_clips = 'prob'
        if device is None:
            device = 'cuda' if torch.cuda.is_available() else 'cpu'
        self.model.to(device)
        self._open, *rest = for_files(test_pipeline(cfg))
        self._all_clips = Compose([self._open, *rest])
        # What follows the reader, which is opened once for all windows.
        self._one_clip = Compose(for_files(one_clip(cfg))[1:])

    def __call__(
        self, video: Union[str, PathLike], topk: Optional[int] = 5
    ) -> Tuple[List[str], List[float]]:
        """Recognize a video.

        Args:
            video (str): Path of a video file.
            topk (int, optional): How many classes; None for all. Defaults to
                5.

        Returns:
            tuple[list[str], list[float]]: Names of the classes, the most
            probable first, and their probabilities.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If it holds no video that can be read.
        """
        return self.best(self.scores(video), topk)

    def best(
        self, scores: Tensor, topk: Optional[int] = 5
    ) -> Tuple[List[str], List[float]]:
        """Return the most probable classes, and their probabilities."""
        values, places = scores.sort(descending=True)
        return [self.classes[i] for i in places[:topk]], values[:topk].tolist()

    def scores(self, video: Union[str, PathLike]) -> Tensor:
        """Return the probability of each class, (K,), over all test clips."""
        return self._score(dict(filename=str(video)), self._all_clips)

    def windows(
        self, video: Union[str, PathLike], seconds: float = 2.0
    ) -> Iterator[Window]:
        """Score a window that slides over a video by half of its length.

        Args:
            video (str): Path of a video file.
            seconds (float): Length of the window, > 0. The model sees one
                clip of it. Defaults to 2.

        Yields:
            Window: From the first, which begins at 0, to the last, which ends
            with the video.
        """
        reader = PyAVReader(str(video))
        rate = reader.get_avg_fps() or _RATE
        frames = len(reader)
        length = min(frames, max(1, round(seconds * rate)))
        last = frames - length
        step = max(1, length // 2)
        for start in [*range(0, last, step), last]:
            found = dict(
                video_reader=reader,
                total_frames=length,
                start_index=start,
                avg_fps=rate,
            )
            scores = self._score(found, self._one_clip)
            yield Window(start / rate, (start + length) / rate, scores)

    def _score(self, video: dict, pipeline: Compose) -> Tensor:
        data = dict(dict(label=-1, start_index=0, modality='RGB'), **video)
        found = inference_recognizer(self.model, data, pipeline).pred_score
        head = self.model.cls_head
        if head.multi_class:
            found = found.sigmoid()
        elif head.average_clips == 'score':
            found = found.softmax(dim=-1)
        return found.float().cpu()
