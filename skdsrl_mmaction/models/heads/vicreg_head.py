from typing import Dict, Optional

from mmaction.registry import MODELS
from torch import Tensor

from ..numbers import require_not_negative
from ..representation_losses import vicreg_terms
from ..views import Views
from .representation_head import RepresentationHead


@MODELS.register_module()
class VICRegHead(RepresentationHead):
    """VICReg between the two views of a video.

    Source: Eq. 6 of "VICReg: Variance-Invariance-Covariance Regularization
    for Self-Supervised Learning", https://arxiv.org/abs/2105.04906; see
    :func:`~..representation_losses.vicreg_terms`.

    Args:
        in_channels (int, optional): See :class:`RepresentationHead`.
        invariance_weight (float): lambda, >= 0. Defaults to the paper's.
        variance_weight (float): mu, >= 0. Defaults to the paper's.
        covariance_weight (float): nu, >= 0. Defaults to the paper's.
        loss_weight (float): >= 0. Defaults to 0.04, which makes lambda and mu
            1 beside the cross-entropy.
        proj_layers (int): Of the projector, the paper's expander. Defaults to
            the paper's 3.
        proj_channels (int): Its output. Defaults to 2048, as of g in SKD-SRL,
            and so do its hidden layers. The paper has 8192, with which the
            head would be four times as large as R3D-18.
        **kwargs: Of :class:`RepresentationHead`.

    Raises:
        ValueError: If a width or a weight of a term is out of range.
    """

    def __init__(
        self,
        in_channels: Optional[int] = None,
        invariance_weight: float = 25,
        variance_weight: float = 25,
        covariance_weight: float = 1,
        loss_weight: float = 0.04,
        proj_layers: int = 3,
        proj_channels: int = 2048,
        **kwargs,
    ) -> None:
        expander = dict(proj_layers=proj_layers, proj_channels=proj_channels)
        super().__init__(
            in_channels, loss_weight=loss_weight, **expander, **kwargs
        )
        self.weights = dict(
            invariance=invariance_weight,
            variance=variance_weight,
            covariance=covariance_weight,
        )
        for key, weight in self.weights.items():
            require_not_negative(f'VICRegHead.{key}_weight', weight)

    def compare(
        self, z1: Tensor, z2: Tensor, views: Views
    ) -> Dict[str, Tensor]:
        """Return the three terms, each >= 0 and with its weight.

        Returns:
            dict: ``loss_invariance``, ``loss_variance``, ``loss_covariance``.
        """
        terms = zip(self.weights.items(), vicreg_terms(z1, z2))
        return {f'loss_{key}': weight * x for (key, weight), x in terms}
