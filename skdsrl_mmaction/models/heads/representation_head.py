from typing import Dict, Optional

from torch import Tensor

from ..numbers import require_integer, require_not_negative
from ..views import Views
from .mlp import mlp
from .training_head import TrainingHead


class RepresentationHead(TrainingHead):
    """A loss between projections of the two views of a video.

    It takes the place of Eq. 3 as ``siamese_head`` of a recognizer. Each view
    goes through the projector by itself, as in :class:`SiameseHead`, and
    losses over a batch see that of their own process.

    Args:
        in_channels (int, optional): D of the representation. The recognizer
            fills it in from its classifier where it is left out.
        hidden_channels (int): Hidden layers of the projector. Defaults to
            2048.
        proj_channels (int): Output of the projector. Defaults to 128.
        proj_layers (int): Linear layers of the projector, with ReLU between
            them, >= 1. Defaults to 2.
        norm (bool): Whether there is BatchNorm before each ReLU. Defaults to
            True.
        loss_weight (float): Of the loss beside the cross-entropy, >= 0. The
            papers of these losses have no cross-entropy. Defaults to 1.
        init_cfg (dict, optional): Initialization config. Defaults to None,
            which keeps PyTorch's.

    Raises:
        ValueError: If a width or ``proj_layers`` is missing or no integer
            >= 1, or ``loss_weight`` is negative or not finite.
    """

    num_views = 2
    min_videos = 2  # for BatchNorm, and for losses over the batch

    def __init__(
        self,
        in_channels: Optional[int] = None,
        hidden_channels: int = 2048,
        proj_channels: int = 128,
        proj_layers: int = 2,
        norm: bool = True,
        loss_weight: float = 1.0,
        init_cfg: Optional[dict] = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        self._check(
            in_channels=in_channels,
            hidden_channels=hidden_channels,
            proj_channels=proj_channels,
            proj_layers=proj_layers,
        )
        name = type(self).__name__
        require_not_negative(f'{name}.loss_weight', loss_weight)
        self.loss_weight = loss_weight
        hidden = [hidden_channels] * (proj_layers - 1)
        self.projector = mlp([in_channels, *hidden, proj_channels], norm)

    def _check(self, **counts: Optional[int]) -> None:
        """Refuse numbers of channels, layers and the like below 1."""
        for key, count in counts.items():
            require_integer(f'{type(self).__name__}.{key}', count)

    def forward(self, views: Views) -> Dict[str, Tensor]:
        """Project both views and compare them.

        Args:
            views (Views): Two, of N videos.

        Returns:
            dict: What :meth:`compare` returns, weighted.

        Raises:
            ValueError: In training, if N is 1.
        """
        if self.training and len(views.samples) < self.min_videos:
            raise ValueError(
                f'{type(self).__name__} compares the videos of a batch, which '
                f'has {len(views.samples)}: set train_dataloader.batch_size '
                f'>= {self.min_videos} and train_dataloader.drop_last=True'
            )
        z1, z2 = (self.projector(r) for r in views.r)  # N x proj_channels
        losses = self.compare(z1, z2, views)
        return {key: self.loss_weight * loss for key, loss in losses.items()}

    def compare(
        self, z1: Tensor, z2: Tensor, views: Views
    ) -> Dict[str, Tensor]:
        """Compute the losses of the projections.

        Args:
            z1 (Tensor): Projections of view 1, (N, proj_channels).
            z2 (Tensor): Projections of view 2, (N, proj_channels).
            views (Views): Both views.

        Returns:
            dict: Losses, scalars that are added, not yet weighted.
        """
        raise NotImplementedError
