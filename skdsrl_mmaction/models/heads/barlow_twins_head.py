from typing import Dict, Optional

from mmaction.registry import MODELS
from torch import Tensor

from ..numbers import require_not_negative
from ..representation_losses import barlow_twins_loss
from ..views import Views
from .representation_head import RepresentationHead


@MODELS.register_module()
class BarlowTwinsHead(RepresentationHead):
    """Barlow Twins between the two views of a video.

    Source: "Barlow Twins: Self-Supervised Learning via Redundancy Reduction",
    https://arxiv.org/abs/2103.03230; see
    :func:`~..representation_losses.barlow_twins_loss`.

    Args:
        in_channels (int, optional): See :class:`RepresentationHead`.
        off_diagonal_weight (float): lambda, >= 0. Defaults to the paper's.
        proj_channels (int): Output of the projector. Defaults to 2048, as of
            g in SKD-SRL, and so do its hidden layers. The paper has 8192,
            with which the head would be four times as large as R3D-18.
        proj_layers (int): Defaults to the paper's 3.
        loss_weight (float): >= 0. Defaults to 5e-4, about
            ``1 / proj_channels``: the loss is a sum over channels. The paper
            trains with LARS, whose steps do not depend on the size of a loss.
        **kwargs: Of :class:`RepresentationHead`.

    Raises:
        ValueError: If a width or weight is out of range.
    """

    def __init__(
        self,
        in_channels: Optional[int] = None,
        off_diagonal_weight: float = 5e-3,
        proj_channels: int = 2048,
        proj_layers: int = 3,
        loss_weight: float = 5e-4,
        **kwargs,
    ) -> None:
        super().__init__(
            in_channels,
            proj_channels=proj_channels,
            proj_layers=proj_layers,
            loss_weight=loss_weight,
            **kwargs,
        )
        require_not_negative(
            'BarlowTwinsHead.off_diagonal_weight', off_diagonal_weight
        )
        self.off_diagonal_weight = off_diagonal_weight

    def compare(
        self, z1: Tensor, z2: Tensor, views: Views
    ) -> Dict[str, Tensor]:
        """Return ``loss_barlow_twins`` of the projections, >= 0."""
        loss = barlow_twins_loss(z1, z2, self.off_diagonal_weight)
        return dict(loss_barlow_twins=loss)
