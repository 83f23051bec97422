from typing import Dict, Optional

import torch
from mmaction.registry import MODELS
from mmengine.dist import all_gather
from torch import Tensor

from ..self_distillation_losses import soften_by_past
from ..views import Views
from .training_head import TrainingHead


@MODELS.register_module()
class PSKDHead(TrainingHead):
    """Progressive self-knowledge distillation (PS-KD).

    Source: Eq. 6 of "Self-Knowledge Distillation with Progressive
    Refinement of Targets", https://arxiv.org/abs/2006.12000, the paper's
    [18]. The target of a video is ``(1 - alpha_t) * y + alpha_t * past``:
    its label, mixed with what was predicted for it an epoch before. The
    weight grows, ``alpha_t = alpha * t / T`` in epoch t of T or, where
    iterations are counted, in iteration t of T.

    ``PastPredictionsHook`` says how many videos there are and how far the run
    is. The last prediction for each video is a buffer, which checkpoints
    hold. After each step all ranks have the predictions of all of them. A
    video without a past prediction, as in the first epoch, has its label as
    the target.

    Args:
        num_classes (int): K. The recognizer fills it in.
        alpha (float): ``alpha_T``, in [0, 1]. Defaults to 0.8, as in the
            authors' code, https://github.com/lgcnsai/PS-KD-Pytorch.

    Attributes:
        past (Tensor): Probabilities by ``sample_idx``, (videos, K); rows of
            zeros where there is none.
        progress (float, optional): t / T, in (0, 1].

    Raises:
        ValueError: If ``alpha`` is out of range.
    """

    hook = 'PastPredictionsHook'
    numbers_videos = True

    def __init__(self, num_classes: int, alpha: float = 0.8) -> None:
        super().__init__()
        if not 0 <= alpha <= 1:
            raise ValueError(
                f'PSKDHead.alpha={alpha!r} must be in [0, 1], the weight of '
                'the past predictions in the last epoch'
            )
        self.alpha = alpha
        self.progress: Optional[float] = None
        self.register_buffer('past', torch.zeros(0, num_classes))

    def remember(self, videos: int) -> None:
        """Make room for the predictions of so many videos, if there is none.

        Args:
            videos (int): Of the data set.
        """
        if len(self.past) != videos:
            self.past = self.past.new_zeros(videos, self.past.shape[1])

    def forward(self, views: Views) -> Dict[str, Tensor]:
        """Compare the logits with past predictions, then remember them.

        Args:
            views (Views): Of N videos, with their ``sample_idx``.

        Returns:
            dict: ``loss_past``, which makes the target of the cross-entropy
            soft, mean over the views; it may be negative.

        Raises:
            RuntimeError: If the hook has not prepared the head.
            ValueError: If samples have no ``sample_idx``.
        """
        if self.progress is None or not len(self.past):
            raise RuntimeError(
                "PSKDHead needs dict(type='PastPredictionsHook') in "
                'custom_hooks'
            )
        index = self._indices(views)  # N
        past, labels = self.past[index], views.labels  # N x K, N
        alpha = self.alpha * self.progress
        added = [soften_by_past(p, past, labels, alpha) for p in views.p]
        with torch.no_grad():
            new = torch.stack([p.softmax(dim=1) for p in views.p]).mean(dim=0)
            self._remember(index, new)
        return dict(loss_past=sum(added) / len(added))

    def _indices(self, views: Views) -> Tensor:
        indices = [x.metainfo.get('sample_idx') for x in views.samples]
        if None in indices:
            raise ValueError(
                'PSKDHead needs the sample_idx of each video: add it to '
                'meta_keys of PackActionInputs in train_dataloader'
            )
        return torch.tensor(indices, device=self.past.device)

    def _remember(self, index: Tensor, new: Tensor) -> None:
        # A prediction that is NaN, whose step is left out, is none.
        new = new.to(self.past).nan_to_num(nan=0.0)
        for rows, predicted in zip(all_gather(index), all_gather(new)):
            self.past[rows] = predicted
