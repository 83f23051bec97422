"""Losses of networks that teach themselves, as functions of tensors."""

import torch
import torch.nn.functional as F
from torch import Tensor

from .losses import at_least_float32, teacher_kl


def mutual_kl(p1: Tensor, p2: Tensor, tau: float) -> Tensor:
    """Distil each of two views into the other (DDGSD).

    ``tau ** 2 * (KL(s2 || s1) + KL(s1 || s2))`` with ``si = softmax(pi /
    tau)``, summed over the classes and averaged over the batch. The view that
    teaches is a constant. The source writes neither this nor the factor.

    Args:
        p1 (Tensor): Logits of view 1, (N, K).
        p2 (Tensor): Logits of view 2, (N, K).
        tau (float): Temperature, > 0.

    Returns:
        Tensor: A scalar >= 0, in float32 or better.

    Raises:
        ValueError: If the shapes are not the same (N, K).
    """
    return tau**2 * (teacher_kl(p1, p2, tau) + teacher_kl(p2, p1, tau))


def mean_discrepancy(r1: Tensor, r2: Tensor) -> Tensor:
    """Compare the means of two sets of features (MMD of DDGSD).

    ``|| mean(r1) - mean(r2) ||^2``, the squared maximum mean discrepancy with
    a linear kernel. Gradients flow into both.

    Args:
        r1 (Tensor): Representations of view 1, (N, D).
        r2 (Tensor): Representations of view 2, (N, D).

    Returns:
        Tensor: A scalar >= 0, in float32 or better.

    Raises:
        ValueError: If the shapes are not the same (N, D).
    """
    if r1.dim() != 2 or r1.shape != r2.shape:
        raise ValueError(
            'r1 and r2 must have the same shape (N, channels), but are '
            f'{tuple(r1.shape)} and {tuple(r2.shape)}'
        )
    mean1, mean2 = (at_least_float32(r).mean(dim=0) for r in (r1, r2))  # D
    return (mean1 - mean2).square().sum()


def class_wise_kl(p: Tensor, labels: Tensor, tau: float) -> Tensor:
    """Distil each video into its partner of the same class (CS-KD).

    Rows 0 and 1 are partners, rows 2 and 3, and so on. ``tau ** 2 *
    KL(softmax(p_partner / tau) || softmax(p / tau))``, summed over the
    classes and averaged over the batch, where the partner is a constant. A
    video whose partner has another class adds 0.

    Args:
        p (Tensor): Logits, (N, K), N even.
        labels (Tensor): Classes, (N,).
        tau (float): Temperature, > 0.

    Returns:
        Tensor: A scalar >= 0, in float32 or better.

    Raises:
        ValueError: If the shapes are others.
    """
    if p.dim() != 2 or len(p) % 2 or labels.shape != p.shape[:1]:
        raise ValueError(
            'p must be (N, K) with an even number N of videos, and labels '
            f'(N,), but they are {tuple(p.shape)} and {tuple(labels.shape)}'
        )
    log_s = F.log_softmax(at_least_float32(p) / tau, dim=1)  # N x K
    partner = torch.arange(len(p), device=p.device) ^ 1  # 1, 0, 3, 2, ...
    log_partner = log_s[partner].detach()  # N x K
    kl = F.kl_div(log_s, log_partner, reduction='none', log_target=True)
    is_pair = labels == labels[partner]  # N
    return tau**2 * (kl.sum(dim=1) * is_pair).mean()


def soften_by_past(
    p: Tensor, past: Tensor, labels: Tensor, alpha: float
) -> Tensor:
    """Return what past predictions add to the cross-entropy (PS-KD).

    ``alpha * (H(past, s) - H(y, s))`` with ``s = softmax(p)`` and the one-hot
    label y, averaged over the batch. Added to the cross-entropy ``H(y, s)``
    it makes ``H((1 - alpha) * y + alpha * past, s)``, the loss of the paper.
    By itself it may be negative.

    Args:
        p (Tensor): Logits, (N, K).
        past (Tensor): Probabilities that were predicted before, (N, K); a
            constant. A row of zeros stands for none, and adds 0.
        labels (Tensor): Classes, (N,).
        alpha (float): Weight of the past, in [0, 1].

    Returns:
        Tensor: A scalar, in float32 or better.

    Raises:
        ValueError: If ``past`` has another shape than ``p``.
    """
    if p.dim() != 2 or past.shape != p.shape:
        raise ValueError(
            'p and past must have the same shape (N, K), but are '
            f'{tuple(p.shape)} and {tuple(past.shape)}'
        )
    past = past.detach()
    log_s = F.log_softmax(at_least_float32(p), dim=1)  # N x K
    of_past = -(past * log_s).sum(dim=1)  # N
    of_label = F.nll_loss(log_s, labels, reduction='none')  # N
    is_known = past.sum(dim=1) > 0  # N
    return alpha * ((of_past - of_label) * is_known).mean()
