from typing import Dict, Optional

from mmaction.registry import MODELS
from torch import Tensor

from ..numbers import require_positive
from ..representation_losses import nt_xent_loss
from ..views import Views
from .representation_head import RepresentationHead


@MODELS.register_module()
class SimCLRHead(RepresentationHead):
    """SimCLR between the two views of a video.

    Source: "A Simple Framework for Contrastive Learning of Visual
    Representations", https://arxiv.org/abs/2002.05709; see
    :func:`~..representation_losses.nt_xent_loss`. The projector is the
    paper's for ResNet-50: two layers, 2048 and 128 channels. The paper has
    4096 images in a batch; here the negatives are those of one process.

    Args:
        in_channels (int, optional): See :class:`RepresentationHead`.
        tau (float): Temperature, > 0. Defaults to 0.1, the paper's for
            ImageNet.
        **kwargs: Of :class:`RepresentationHead`.

    Raises:
        ValueError: If a width, ``tau`` or ``loss_weight`` is out of range.
    """

    def __init__(
        self, in_channels: Optional[int] = None, tau: float = 0.1, **kwargs
    ) -> None:
        super().__init__(in_channels, **kwargs)
        require_positive('SimCLRHead.tau', tau)
        self.tau = tau

    def compare(
        self, z1: Tensor, z2: Tensor, views: Views
    ) -> Dict[str, Tensor]:
        """Return ``loss_nt_xent`` of the projections, >= 0."""
        # MMEngine logs every name that ends in "lr" as a learning rate.
        return dict(loss_nt_xent=nt_xent_loss(z1, z2, self.tau))
