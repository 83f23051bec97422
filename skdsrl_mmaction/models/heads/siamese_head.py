from typing import Dict, Optional

from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from ..losses import similarity_loss
from ..numbers import is_not_negative


@MODELS.register_module()
class SiameseHead(BaseModule):
    """SimSiam between the two views of a video (Eq. 3 and 4).

    The projector g is a single linear layer; the predictor q is linear,
    BatchNorm, ReLU, linear (section III-B). The first layer of q has no bias,
    because the BatchNorm after it has one. Source of the loss and of q:
    "Exploring Simple Siamese Representation Learning",
    https://arxiv.org/abs/2011.10566, the paper's [21].

    Args:
        in_channels (int, optional): D of the representation. The recognizer
            fills it in from its classifier where it is left out.
        proj_channels (int): Output of g and of q. Defaults to 2048.
        pred_channels (int): Hidden layer of q. Defaults to 512.
        loss_weight (float): ``beta`` of Eq. 5, >= 0. Defaults to 1.
        init_cfg (dict, optional): Initialization config. Defaults to None,
            which keeps PyTorch's.

    Raises:
        ValueError: If a width is missing or not positive, or ``loss_weight``
            is negative or not finite.
    """

    def __init__(
        self,
        in_channels: Optional[int] = None,
        proj_channels: int = 2048,
        pred_channels: int = 512,
        loss_weight: float = 1.0,
        init_cfg: Optional[dict] = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        widths = dict(
            in_channels=in_channels,
            proj_channels=proj_channels,
            pred_channels=pred_channels,
        )
        for key, width in widths.items():
            if width is None or width < 1:
                raise ValueError(
                    f'siamese_head.{key} must be a number of '
                    f'channels >= 1, but is {width!r}'
                )
        if not is_not_negative(loss_weight):
            raise ValueError(
                'siamese_head.loss_weight (beta) must be finite and >= 0, '
                f'but is {loss_weight!r}'
            )
        self.loss_weight = loss_weight
        self.projector = nn.Linear(in_channels, proj_channels)
        self.predictor = nn.Sequential(
            nn.Linear(proj_channels, pred_channels, bias=False),
            nn.BatchNorm1d(pred_channels),
            nn.ReLU(inplace=True),
            nn.Linear(pred_channels, proj_channels),
        )

    def loss(self, r1: Tensor, r2: Tensor) -> Dict[str, Tensor]:
        """Weighted Eq. 3 of two representations.

        Args:
            r1 (Tensor): Representations of view 1, (N, in_channels).
            r2 (Tensor): Representations of view 2, (N, in_channels).

        Returns:
            dict: ``loss_sim``, a scalar in [-beta, beta].

        Raises:
            ValueError: In training, if N is 1: BatchNorm has no statistics.
        """
        if (
            self.training
            and len(r1) < 2
            and isinstance(self.predictor[1], nn.BatchNorm1d)
        ):
            raise ValueError(
                'siamese_head needs at least 2 videos in every batch, since '
                'its predictor has BatchNorm: set train_dataloader.batch_size '
                '>= 2 and train_dataloader.drop_last=True'
            )
        z1, z2 = self.projector(r1), self.projector(r2)  # N x proj_channels
        v1, v2 = self.predictor(z1), self.predictor(z2)  # N x proj_channels
        sim = similarity_loss(z1, z2, v1, v2)
        return dict(loss_sim=self.loss_weight * sim)
