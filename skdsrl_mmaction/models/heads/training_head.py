"""The seam between recognizers and what they train with."""

from typing import Dict, Optional, Tuple

from mmengine.model import BaseModule
from torch import Tensor

from ..views import Views


class TrainingHead(BaseModule):
    """A loss over what a recognizer has computed; it exists in training only.

    A head is called with :class:`~..views.Views` and returns weighted losses,
    whose names contain ``loss``, and monitors. What it needs beyond the
    logits and representations it declares here, where it is checked when the
    recognizer is built. What it remembers between iterations it keeps in
    buffers, so that a resumed run has them.

    A head may take these arguments, which the recognizer fills in where the
    config leaves them out: ``in_channels``, D of the representation;
    ``num_classes``, K; ``stage_channels``, a dict of the channels of the
    ``stages``; ``teacher_channels``, of the ``teacher_stages``; and
    ``recognizer``, the recognizer itself, which a head may read and copy and
    must not hold as a submodule.

    Attributes:
        num_views (int, optional): Clips of each video that it works on;
            None for any number.
        needs_teacher (bool): Whether it learns from ``model.teacher``.
        min_videos (int): The smallest batch that it can train on.
        batch_multiple (int): ``train_dataloader.batch_size`` must be a
            multiple of it.
        sampler (str, optional): Type of ``train_dataloader.sampler`` that it
            needs; None for any.
        hook (str, optional): Type of a custom hook that it needs.
        needs_validation (bool): Whether it learns from validations.
        numbers_videos (bool): Whether it knows videos by ``sample_idx``,
            which only the videos of one data set do not share.
        stages (tuple[str]): Modules of the backbone whose outputs it takes.
        teacher_stages (tuple[str]): The same of the teacher's backbone.
    """

    num_views: Optional[int] = None
    needs_teacher = False
    min_videos = 1
    batch_multiple = 1
    sampler: Optional[str] = None
    hook: Optional[str] = None
    needs_validation = False
    numbers_videos = False
    stages: Tuple[str, ...] = ()
    teacher_stages: Tuple[str, ...] = ()

    def forward(self, views: Views) -> Dict[str, Tensor]:
        """Compute the losses of a batch.

        Args:
            views (Views): Of N videos.

        Returns:
            dict: Weighted losses, scalars that are added, and monitors.
        """
        raise NotImplementedError
