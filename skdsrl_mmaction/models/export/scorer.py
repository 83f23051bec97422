"""A recognizer as one function of pixels, which graphs are made of."""

import copy
from typing import Tuple

import numpy as np
import torch
from mmaction.models import Recognizer2D
from torch import Tensor, nn


class ClipScorer(nn.Module):
    """Score one clip of each video: normalisation, network, probabilities.

    It returns what the test path does with one clip and
    ``average_clips='prob'``. It shares the weights of the recognizer.

    Args:
        recognizer (nn.Module): In evaluation mode.
    """

    def __init__(self, recognizer: nn.Module) -> None:
        super().__init__()
        self.recognizer = copy.copy(recognizer)
        test_cfg = dict(recognizer.test_cfg or {})
        # It splits the clips of a single video, which there are none of.
        test_cfg.pop('max_testing_views', None)
        self.recognizer.test_cfg = test_cfg or None
        # Of (N, S, C, H, W) or (N, 1, C, T, H, W).
        self.channel_axis = 2
        self.is_2d = isinstance(recognizer, Recognizer2D)
        self.train(False)

    def forward(self, frames: Tensor) -> Tensor:
        """Score clips.

        Args:
            frames (Tensor): uint8, what ``FormatShape`` returns for a clip of
                each video: (N, 1, 3, T, H, W) for a 3D recognizer,
                (N, segments, 3, H, W) for a 2D one.

        Returns:
            Tensor: Probabilities, (N, K), float32. Of a multi-label head,
            each class has its own.
        """
        feats, kwargs = self.recognizer.extract_feat(
            self._normalise(frames), test_mode=True
        )
        logits = self.recognizer.cls_head(feats, **kwargs).float()  # N x K
        if self.recognizer.cls_head.multi_class:
            return logits.sigmoid()
        return logits.softmax(dim=-1)

    def _normalise(self, frames: Tensor) -> Tensor:
        """What ``ActionDataPreprocessor`` does with a batch."""
        preprocessor = self.recognizer.data_preprocessor
        x = frames.float()
        if preprocessor.to_rgb:
            x = x.flip(self.channel_axis)
        if preprocessor._enable_normalize:
            shape = (-1, *[1] * (2 if self.is_2d else 3))
            mean = preprocessor.mean.float().view(shape)
            x = (x - mean) / preprocessor.std.float().view(shape)
        return x.to(next(self.recognizer.backbone.parameters()).dtype)


def check_exportable(scorer: ClipScorer, frames: Tensor) -> Tensor:
    """Refuse a recognizer that no fixed graph can stand for.

    Args:
        scorer (ClipScorer): The recognizer.
        frames (Tensor): A batch of clips.

    Returns:
        Tensor: Their scores, (N, K).

    Raises:
        ImportError: If it needs an operator that is not installed.
        ValueError: If it does not make one prediction a video, or draws at
            random in each.
    """
    head = type(scorer.recognizer.cls_head).__name__
    with torch.no_grad():
        scorer(frames)  # TPNHead makes a layer in its first prediction
        before = _random_states()
        scores = scorer(frames)
    if _random_states() != before:
        raise ValueError(
            f'cls_head={head}: the model draws at random in each prediction, '
            'which a fixed graph does not'
        )
    if len(scores) != len(frames):
        raise ValueError(
            f'cls_head={head} makes {len(scores)} predictions for '
            f'{len(frames)} videos of one clip each'
        )
    return scores


def _random_states() -> Tuple[bytes, bytes]:
    numbers = np.random.get_state()
    return (
        numbers[1].tobytes() + bytes(str(numbers[2]), 'ascii'),
        torch.get_rng_state().numpy().tobytes(),
    )


def largest_difference(one: np.ndarray, other: np.ndarray) -> float:
    """Return the largest absolute difference of two arrays of one shape."""
    return float(np.abs(np.asarray(one) - np.asarray(other)).max())
