from typing import Dict, Optional

from mmaction.registry import MODELS
from torch import Tensor, nn

from ..numbers import require_positive
from ..representation_losses import prototype_scores, swapped_prediction_loss
from ..views import Views
from .representation_head import RepresentationHead


@MODELS.register_module()
class SwAVHead(RepresentationHead):
    """SwAV between the two views of a video.

    Source: "Unsupervised Learning of Visual Features by Contrasting Cluster
    Assignments", https://arxiv.org/abs/2006.09882; see
    :func:`~..representation_losses.swapped_prediction_loss`. The projector is
    the paper's: two layers, 2048 and 128 channels. Left out are multi-crop,
    for which there would have to be more than two views, the queue of earlier
    projections, and the frozen prototypes of the first epoch. The codes are
    balanced over the batch of one process; the paper's are over all.

    Args:
        in_channels (int, optional): See :class:`RepresentationHead`.
        num_classes (int, optional): K of the classifier, which the recognizer
            fills in.
        num_prototypes (int, optional): Defaults to three for each class, the
            paper's 3000 for the 1000 classes of ImageNet.
        tau (float): Temperature, > 0. Defaults to the paper's 0.1.
        epsilon (float): Smoothness of the codes, > 0. Defaults to the
            paper's 0.05.
        iterations (int): Of Sinkhorn and Knopp, >= 1. Defaults to the
            paper's 3.
        **kwargs: Of :class:`RepresentationHead`.

    Raises:
        ValueError: If a width, a number or ``loss_weight`` is out of range,
            or both ``num_classes`` and ``num_prototypes`` are missing.
    """

    def __init__(
        self,
        in_channels: Optional[int] = None,
        num_classes: Optional[int] = None,
        num_prototypes: Optional[int] = None,
        tau: float = 0.1,
        epsilon: float = 0.05,
        iterations: int = 3,
        proj_channels: int = 128,
        **kwargs,
    ) -> None:
        super().__init__(in_channels, proj_channels=proj_channels, **kwargs)
        if num_prototypes is None and num_classes is not None:
            num_prototypes = 3 * num_classes
        self._check(num_prototypes=num_prototypes, iterations=iterations)
        require_positive('SwAVHead.tau', tau)
        require_positive('SwAVHead.epsilon', epsilon)
        self.tau = tau
        self.epsilon = epsilon
        self.iterations = iterations
        self.prototypes = nn.Linear(proj_channels, num_prototypes, bias=False)

    def compare(
        self, z1: Tensor, z2: Tensor, views: Views
    ) -> Dict[str, Tensor]:
        """Return ``loss_swav`` of the projections, >= 0."""
        scores1, scores2 = (
            prototype_scores(z, self.prototypes.weight) for z in (z1, z2)
        )  # N x num_prototypes
        loss = swapped_prediction_loss(
            scores1, scores2, self.tau, self.epsilon, self.iterations
        )
        return dict(loss_swav=loss)
