import math
from typing import Dict, Optional, Tuple

import torch
from mmaction.registry import MODELS
from mmengine.logging import MessageHub
from mmengine.model import ExponentialMovingAverage
from torch import Tensor, nn

from ..representation_losses import byol_loss
from ..views import Views
from .mlp import mlp
from .names import copy_without_heads
from .representation_head import RepresentationHead


@MODELS.register_module()
class BYOLHead(RepresentationHead):
    """BYOL between the two views of a video.

    Source: "Bootstrap your own latent: A new approach to self-supervised
    Learning", https://arxiv.org/abs/2006.07733; see
    :func:`~..representation_losses.byol_loss`. The target network is the
    moving average of the recognizer, up to r, and of the projector. It is a
    second copy of their weights, which the optimizer does not touch and a
    checkpoint of the training holds, and it encodes both views once more,
    without gradients. On R3D-18 that is 36 million weights, and 1.4 times the
    time of a step with :class:`SiameseHead` on a CPU.

    The target starts as a copy of the weights of the first iteration, so also
    of those that ``load_from`` brought. It moves at the beginning of each
    later one, which is after the optimizer's step; where gradients are
    accumulated, it moves with each batch.

    Args:
        in_channels (int, optional): See :class:`RepresentationHead`.
        recognizer (nn.Module, optional): The recognizer that trains with this
            head, which fills itself in.
        momentum (float): tau_base of section 3.3, in (0.5, 1). It grows
            to 1 over the run by a cosine. Defaults to the paper's 0.996.
        hidden_channels (int): Hidden layers of projector and predictor.
            Defaults to the paper's 4096.
        proj_channels (int): Output of both. Defaults to the paper's 256.
        pred_layers (int): Linear layers of the predictor, >= 1. Defaults to
            the paper's 2.
        loss_weight (float): >= 0. Defaults to 0.25: the paper's loss of both
            views is four times that of Eq. 3, and a constant.
        **kwargs: Of :class:`RepresentationHead`.

    Raises:
        ValueError: If a width, ``momentum`` or ``loss_weight`` is out of
            range, or ``recognizer`` is missing.
    """

    def __init__(
        self,
        in_channels: Optional[int] = None,
        recognizer: Optional[nn.Module] = None,
        momentum: float = 0.996,
        hidden_channels: int = 4096,
        proj_channels: int = 256,
        pred_layers: int = 2,
        loss_weight: float = 0.25,
        norm: bool = True,
        **kwargs,
    ) -> None:
        super().__init__(
            in_channels,
            hidden_channels=hidden_channels,
            proj_channels=proj_channels,
            loss_weight=loss_weight,
            norm=norm,
            **kwargs,
        )
        self._check(pred_layers=pred_layers)
        if recognizer is None:
            raise ValueError('BYOLHead.recognizer is missing')
        if not 0.5 < momentum < 1:
            raise ValueError(
                f'BYOLHead.momentum must be in (0.5, 1), but is {momentum!r}'
            )
        self.momentum = momentum
        hidden = [hidden_channels] * (pred_layers - 1)
        self.predictor = mlp([proj_channels, *hidden, proj_channels], norm)
        # In a tuple, where nn.Module does not look for submodules.
        self._online = (recognizer, self.projector)
        self.target_recognizer = ExponentialMovingAverage(
            copy_without_heads(recognizer), 1 - momentum
        )
        self.target_projector = ExponentialMovingAverage(
            self.projector, 1 - momentum
        )

    def compare(
        self, z1: Tensor, z2: Tensor, views: Views
    ) -> Dict[str, Tensor]:
        """Return ``loss_byol``, of both directions, in [0, 8]."""
        if self.training:
            self._move_target()
        target1, target2 = self._project_by_target(views)
        v1, v2 = self.predictor(z1), self.predictor(z2)  # N x proj_channels
        return dict(loss_byol=byol_loss(v1, target2) + byol_loss(v2, target1))

    def _move_target(self) -> None:
        """``xi <- tau xi + (1 - tau) theta`` (Eq. 1), at the first call theta.

        tau is ``1 - (1 - tau_base) (cos(pi k / K) + 1) / 2`` in iteration k
        of K, which the Runner counts.
        """
        hub = MessageHub.get_current_instance()
        done = hub.get_info('iter', 0) / hub.get_info('max_iters', 1)
        share = (1 - self.momentum) * (math.cos(math.pi * done) + 1) / 2
        targets = self.target_recognizer, self.target_projector
        for target, online in zip(targets, self._online):
            target.momentum = share
            target.update_parameters(online)

    @torch.no_grad()
    def _project_by_target(self, views: Views) -> Tuple[Tensor, ...]:
        """Projections of both views by the target, (N, proj_channels)."""
        encode = self.target_recognizer.module.encode_view
        return tuple(
            self.target_projector(encode(x, views.samples)[0]) for x in views.x
        )
