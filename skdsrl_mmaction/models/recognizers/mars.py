from typing import Sequence, Tuple

import torch
from mmaction.models import Recognizer2D, Recognizer3D
from mmaction.registry import MODELS
from mmaction.utils import ConfigType, OptConfigType, SampleList
from torch import Tensor

from ..views import Views
from .classifier import representation_width
from .training_heads import Losses, TrainingHeadsMixin


class MARSMixin(TrainingHeadsMixin):
    """Learn from frames, taught by a network that sees their optical flow.

    Inputs are those that ``AddFlow`` makes: the clips of the frames and as
    many of their flow, which only the teacher encodes. Tests take frames
    alone, and the student's checkpoint is that of a stock recognizer. See
    :class:`~..heads.MARSHead` for the loss and its source.

    Args:
        loss_weight (float): ``alpha`` of the source, >= 0. Defaults to 50.
        train_heads (list[dict]): Configs of more heads, which see the same
            teacher. Defaults to none.
        teacher (dict, optional): Config of a recognizer over the flow, with
            three channels.
        **kwargs: Those of :class:`TrainingHeadsMixin` and the stock
            recognizer's own arguments.

    Raises:
        ValueError: If the representations of student and teacher have
            different widths, ``loss_weight`` is out of range, and see
            :class:`TrainingHeadsMixin`.
    """

    def __init__(
        self,
        *args,
        loss_weight: float = 50,
        train_heads: Sequence[ConfigType] = (),
        teacher: OptConfigType = None,
        **kwargs,
    ) -> None:
        head = dict(type='MARSHead', loss_weight=loss_weight)
        super().__init__(
            *args, train_heads=[head, *train_heads], teacher=teacher, **kwargs
        )
        ours = representation_width(getattr(self, 'cls_head', None))
        if ours is None:
            return
        with torch.device('meta'):
            theirs = representation_width(MODELS.build(teacher['cls_head']))
        if ours != theirs:
            raise ValueError(
                f'model.teacher.cls_head sees {theirs} channels and '
                f'model.cls_head {ours}; MARS compares them, so they must be '
                'equally many'
            )

    def _encode(
        self, inputs: Tensor, data_samples: SampleList
    ) -> Tuple[Views, Tuple[Losses, ...]]:
        if inputs.shape[1] % 2:
            raise ValueError(
                f'{type(self).__name__} trains on frames and their flow, but '
                f'got inputs of shape {tuple(inputs.shape)}, whose axis 1 '
                'does not halve; add AddFlow to '
                'train_dataloader.dataset.pipeline'
            )
        frames, flow = inputs.chunk(2, dim=1)
        return super()._encode(frames, data_samples, for_teacher=flow)


@MODELS.register_module()
class MARSRecognizer3D(MARSMixin, Recognizer3D):
    """A stock 3D recognizer taught by flow; see :class:`MARSMixin`."""


@MODELS.register_module()
class MARSRecognizer2D(MARSMixin, Recognizer2D):
    """A stock 2D recognizer taught by flow; see :class:`MARSMixin`."""
