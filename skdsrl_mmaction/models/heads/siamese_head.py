from typing import Dict, Optional

from mmaction.registry import MODELS
from torch import Tensor, nn

from ..losses import similarity_loss
from ..numbers import require_integer, require_not_negative
from ..views import Views
from .mlp import mlp
from .training_head import TrainingHead


@MODELS.register_module()
class SiameseHead(TrainingHead):
    """SimSiam between the two views of a video (Eq. 3 and 4).

    The projector g is a single linear layer; the predictor q is linear,
    BatchNorm, ReLU, linear (section III-B). Other depths are the paper's
    future work: BatchNorm and ReLU stand between any two layers. A layer
    before BatchNorm has no bias, because the BatchNorm has one. Source of the
    loss and of q:
    "Exploring Simple Siamese Representation Learning",
    https://arxiv.org/abs/2011.10566, the paper's [21].

    Args:
        in_channels (int, optional): D of the representation. The recognizer
            fills it in from its classifier where it is left out.
        proj_channels (int): Output of g and of q. Defaults to 2048.
        pred_channels (int): Hidden layers of q. Defaults to 512.
        proj_layers (int): Linear layers of g; 0 for none, with which z is r.
            Defaults to 1.
        pred_layers (int): Linear layers of q; 0 for none, with which v is z.
            Defaults to 2.
        norm (bool): Whether there is BatchNorm between the layers. Defaults
            to True.
        loss_weight (float): ``beta`` of Eq. 5, >= 0. Defaults to 1.
        init_cfg (dict, optional): Initialization config. Defaults to None,
            which keeps PyTorch's.

    Raises:
        ValueError: If a width is missing or no integer >= 1, a number of
            layers is no integer >= 0, or ``loss_weight`` is negative or not
            finite.
    """

    num_views = 2
    min_videos = 2  # for BatchNorm

    def __init__(
        self,
        in_channels: Optional[int] = None,
        proj_channels: int = 2048,
        pred_channels: int = 512,
        proj_layers: int = 1,
        pred_layers: int = 2,
        norm: bool = True,
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
            require_integer(f'siamese_head.{key}', width)
        require_integer('siamese_head.proj_layers', proj_layers, least=0)
        require_integer('siamese_head.pred_layers', pred_layers, least=0)
        require_not_negative('siamese_head.loss_weight (beta)', loss_weight)
        self.loss_weight = loss_weight
        projected = [proj_channels] * proj_layers
        self.projector = mlp([in_channels, *projected], norm)
        width = [in_channels, *projected][-1]
        hidden = [pred_channels] * (pred_layers - 1)
        out = [width] if pred_layers else []
        self.predictor = mlp([width, *hidden, *out], norm)
        self._has_norm = any(
            isinstance(module, nn.BatchNorm1d) for module in self.modules()
        )

    def forward(self, views: Views) -> Dict[str, Tensor]:
        """Return :meth:`loss` of the representations of two views."""
        return self.loss(*views.r)

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
        if self.training and len(r1) < 2 and self._has_norm:
            raise ValueError(
                'siamese_head needs at least 2 videos in every batch, since '
                'it has BatchNorm: set train_dataloader.batch_size '
                '>= 2 and train_dataloader.drop_last=True'
            )
        z1, z2 = self.projector(r1), self.projector(r2)  # N x proj_channels
        v1, v2 = self.predictor(z1), self.predictor(z2)  # N x proj_channels
        sim = similarity_loss(z1, z2, v1, v2)
        return dict(loss_sim=self.loss_weight * sim)
