from typing import Dict, Optional

from mmaction.registry import MODELS
from torch import Tensor

from ..numbers import require_positive
from ..representation_losses import supervised_contrastive_loss
from ..views import Views
from .representation_head import RepresentationHead


@MODELS.register_module()
class SupConHead(RepresentationHead):
    """Supervised contrastive learning over the views of a batch.

    Source: "Supervised Contrastive Learning",
    https://arxiv.org/abs/2004.11362; see
    :func:`~..representation_losses.supervised_contrastive_loss`. The
    projector is the paper's: two layers, 2048 and 128 channels, and no
    BatchNorm. The paper trains the classifier afterwards, on a frozen
    encoder; here both are trained together.

    Args:
        in_channels (int, optional): See :class:`RepresentationHead`.
        tau (float): Temperature, > 0. Defaults to the paper's 0.1.
        norm (bool): Defaults to False.
        **kwargs: Of :class:`RepresentationHead`.

    Raises:
        ValueError: If a width, ``tau`` or ``loss_weight`` is out of range.
    """

    def __init__(
        self,
        in_channels: Optional[int] = None,
        tau: float = 0.1,
        norm: bool = False,
        **kwargs,
    ) -> None:
        super().__init__(in_channels, norm=norm, **kwargs)
        require_positive('SupConHead.tau', tau)
        self.tau = tau

    def compare(
        self, z1: Tensor, z2: Tensor, views: Views
    ) -> Dict[str, Tensor]:
        """Return ``loss_supcon`` of the projections and labels, >= 0."""
        loss = supervised_contrastive_loss(z1, z2, views.labels, self.tau)
        return dict(loss_supcon=loss)
