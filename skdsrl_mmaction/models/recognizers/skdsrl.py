from typing import List, Sequence

from mmaction.models import Recognizer2D, Recognizer3D
from mmaction.registry import MODELS
from mmaction.utils import ConfigType, OptConfigType

from ..heads import TrainingHead
from .training_heads import TrainingHeadsMixin

PAPER_DISTILL_HEAD = dict(type='SelfDistillHead')
PAPER_SIAMESE_HEAD = dict(type='SiameseHead')


class SKDSRLMixin(TrainingHeadsMixin):
    """Train a stock recognizer by Algorithm 1; its test path is untouched.

    It has two training heads beside the stock ``cls_head``. A head that is
    None is not built: without ``siamese_head`` this is Self-KD, without both
    it is plain training on two views. Without a classifier, as for feature
    extraction, neither is built and ``loss()`` raises. Its losses
    ``loss_cls_view1``, ``loss_cls_view2``, ``loss_kl`` and ``loss_sim`` add
    up to Eq. 5.

    Args:
        distill_head (dict, optional): Config of Eq. 2. Defaults to the
            paper's.
        siamese_head (dict, optional): Config of Eq. 3 and 4, or of another
            head over two representations; ``in_channels`` is taken from the
            classifier. Defaults to the paper's.
        **kwargs: Those of :class:`TrainingHeadsMixin` and the stock
            recognizer's own arguments.

    Raises:
        ValueError: See :class:`TrainingHeadsMixin`.
    """

    own_heads = dict(
        distill_head=PAPER_DISTILL_HEAD, siamese_head=PAPER_SIAMESE_HEAD
    )

    def __init__(
        self,
        *args,
        distill_head: OptConfigType = PAPER_DISTILL_HEAD,
        siamese_head: OptConfigType = PAPER_SIAMESE_HEAD,
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.distill_head = self._build_head(distill_head)
        self.siamese_head = self._build_head(siamese_head)

    @classmethod
    def count_views(cls, train_heads: Sequence[ConfigType]) -> int:
        """Return 2, which every head must work on.

        Args:
            train_heads (list[dict]): Configs of more heads.

        Returns:
            int: 2.

        Raises:
            ValueError: If a head takes another number of views.
        """
        return super().count_views([*train_heads, PAPER_DISTILL_HEAD])

    def heads(self) -> List[TrainingHead]:
        """Return the training heads, in the order of their losses."""
        own = (self.distill_head, self.siamese_head)
        return [*(head for head in own if head is not None), *super().heads()]


@MODELS.register_module()
class SKDSRLRecognizer3D(SKDSRLMixin, Recognizer3D):
    """SKD-SRL over any stock 3D recognizer; see :class:`SKDSRLMixin`."""


@MODELS.register_module()
class SKDSRLRecognizer2D(SKDSRLMixin, Recognizer2D):
    """SKD-SRL over any stock 2D recognizer; see :class:`SKDSRLMixin`."""
