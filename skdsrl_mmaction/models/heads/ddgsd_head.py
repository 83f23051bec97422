from typing import Dict

from mmaction.registry import MODELS
from torch import Tensor

from ..numbers import require_not_negative, require_positive
from ..self_distillation_losses import mean_discrepancy, mutual_kl
from ..views import Views
from .training_head import TrainingHead


@MODELS.register_module()
class DDGSDHead(TrainingHead):
    """Data-distortion guided self-distillation between two views (DDGSD).

    Source: "Data-Distortion Guided Self-Distillation for Deep Neural
    Networks", https://ojs.aaai.org/index.php/AAAI/article/view/4498, the
    paper's [20]: the mutual divergence of the softened predictions, and the
    maximum mean discrepancy (MMD) of the global features. There a distorted
    version is a flipped and cropped image; here it is a view. The loss of the
    source has the divergences as they are; here each has the factor
    ``tau ** 2``, and the view that teaches is a constant. The head has no
    parameters.

    Args:
        tau (float): Temperature, > 0. Defaults to 3, as in
            https://github.com/youngerous/ddgsd-pytorch, which states that
            its settings are those of the source.
        loss_weight (float): ``lambda``, of the divergence, >= 0. Defaults to
            1, as in the source.
        mmd_weight (float): ``mu``, of the discrepancy, >= 0. Defaults to
            0.0005; the source has 0.0001 to 0.0005.

    Raises:
        ValueError: If an argument is out of range.
    """

    num_views = 2

    def __init__(
        self,
        tau: float = 3,
        loss_weight: float = 1.0,
        mmd_weight: float = 5e-4,
    ) -> None:
        super().__init__()
        require_positive('DDGSDHead.tau', tau)
        require_not_negative('DDGSDHead.loss_weight (lambda)', loss_weight)
        require_not_negative('DDGSDHead.mmd_weight (mu)', mmd_weight)
        self.tau = tau
        self.loss_weight = loss_weight
        self.mmd_weight = mmd_weight

    def forward(self, views: Views) -> Dict[str, Tensor]:
        """Compare logits and representations of two views.

        Args:
            views (Views): Of N videos.

        Returns:
            dict: ``loss_mutual`` and ``loss_mmd``, scalars >= 0.
        """
        kl = mutual_kl(*views.p, self.tau)
        mmd = mean_discrepancy(*views.r)
        return dict(
            loss_mutual=self.loss_weight * kl, loss_mmd=self.mmd_weight * mmd
        )
