from typing import Sequence

from mmaction.models import Recognizer2D, Recognizer3D
from mmaction.registry import MODELS
from mmaction.utils import ConfigType

from .training_heads import TrainingHeadsMixin


class KDMixin(TrainingHeadsMixin):
    """Conventional distillation from a frozen teacher (Table II, "KD").

    A :class:`TrainingHeadsMixin` whose first head is a
    :class:`~..heads.KDHead`.
    The student's checkpoint is that of a stock recognizer.

    Args:
        tau (float): Temperature, > 0. Defaults to 4.
        loss_weight (float): Weight of the divergence, >= 0. Defaults to 16,
            which is ``tau ** 2``: the gradient of softened logits is smaller
            by that factor.
        train_heads (list[dict]): Configs of more heads. Defaults to none.
        **kwargs: Those of :class:`TrainingHeadsMixin`, ``teacher`` among
            them, and the stock recognizer's own arguments.

    Raises:
        ValueError: If ``tau`` or ``loss_weight`` is out of range, and see
            :class:`TrainingHeadsMixin`.
    """

    def __init__(
        self,
        *args,
        tau: float = 4,
        loss_weight: float = 16,
        train_heads: Sequence[ConfigType] = (),
        **kwargs,
    ) -> None:
        head = dict(type='KDHead', tau=tau, loss_weight=loss_weight)
        super().__init__(*args, train_heads=[head, *train_heads], **kwargs)


@MODELS.register_module()
class KDRecognizer3D(KDMixin, Recognizer3D):
    """A stock 3D recognizer taught by another; see :class:`KDMixin`."""


@MODELS.register_module()
class KDRecognizer2D(KDMixin, Recognizer2D):
    """A stock 2D recognizer taught by another; see :class:`KDMixin`."""
