"""Monitors of training: functions of tensors that carry no gradient."""

import torch
import torch.nn.functional as F
from torch import Tensor

from .losses import at_least_float32


@torch.no_grad()
def feat_std(z: Tensor) -> Tensor:
    """Return how evenly vectors spread over the sphere: 0 is collapse.

    The standard deviation over the batch of each channel of ``z / ||z||``,
    averaged over the channels, times ``sqrt(D)``. It is about 1 where the
    vectors spread evenly and 0 where all are the same. Section 4.1 of SimSiam
    (https://arxiv.org/abs/2011.10566) plots it without the factor.

    Args:
        z (Tensor): Vectors, (N, D), N >= 2.

    Returns:
        Tensor: A scalar >= 0.

    Raises:
        ValueError: If N is less than 2: one vector has no spread.
    """
    if len(z) < 2:
        raise ValueError(
            f'z must hold 2 or more vectors, but its shape is {tuple(z.shape)}'
        )
    z = F.normalize(at_least_float32(z), dim=1)  # N x D
    return z.std(dim=0).mean() * z.shape[1] ** 0.5


@torch.no_grad()
def view_agreement(p1: Tensor, p2: Tensor) -> Tensor:
    """Return the share of videos whose two views predict the same class.

    Args:
        p1 (Tensor): Logits of view 1, (N, K).
        p2 (Tensor): Logits of view 2, (N, K).

    Returns:
        Tensor: A scalar in [0, 1].
    """
    return (p1.argmax(dim=1) == p2.argmax(dim=1)).float().mean()
