"""Representation losses that may replace Eq. 3, as functions of tensors.

All work on the batch of their own process, as Eq. 3 does: with several GPUs
nothing is gathered, so the negatives, correlations and codes are those of
``train_dataloader.batch_size`` videos.
"""

from typing import Tuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .losses import at_least_float32, check_pair, negative_cosine


def barlow_twins_loss(
    z1: Tensor, z2: Tensor, off_diagonal_weight: float = 5e-3
) -> Tensor:
    """Make the cross-correlation of two views the identity.

    Source: Eq. 1 and 2 of "Barlow Twins: Self-Supervised Learning via
    Redundancy Reduction", https://arxiv.org/abs/2103.03230, the paper's [24].
    ``sum_i (1 - C_ii)^2 + lambda sum_{i != j} C_ij^2`` with C, (D, D), the
    correlation over the batch of channel i of view 1 and j of view 2.

    Args:
        z1 (Tensor): Projections of view 1, (N, D), N >= 2.
        z2 (Tensor): Projections of view 2, (N, D).
        off_diagonal_weight (float): lambda, >= 0. Defaults to the paper's.

    Returns:
        Tensor: A scalar >= 0, a sum over the channels, in float32 or better.

    Raises:
        ValueError: If the shapes are not the same (N, D), or N is 1.
    """
    check_pair('z1', z1, 'z2', z2)
    z1, z2 = (
        F.batch_norm(at_least_float32(z), None, None, training=True)
        for z in (z1, z2)
    )  # N x D, mean 0 and variance 1 over the batch
    c = _matmul(z1.T, z2) / len(z1)  # D x D
    on_diagonal = (1 - c.diagonal()).pow(2).sum()
    return on_diagonal + off_diagonal_weight * _off_diagonal(c).pow(2).sum()


def supervised_contrastive_loss(
    z1: Tensor, z2: Tensor, labels: Tensor, tau: float = 0.1
) -> Tensor:
    """Tell the views of a class from those of all other classes.

    Source: Eq. 2, ``L_out``, of "Supervised Contrastive Learning",
    https://arxiv.org/abs/2004.11362, here the mean over the 2N views where
    the paper writes their sum. View i has the loss
    ``-mean_p log(exp(s_ip / tau) / sum_{a != i} exp(s_ia / tau))`` over the
    other views p of its class, with the cosine s.

    Args:
        z1 (Tensor): Projections of view 1, (N, D).
        z2 (Tensor): Projections of view 2, (N, D).
        labels (Tensor): The class of each video, (N,).
        tau (float): Temperature, > 0. Defaults to the paper's.

    Returns:
        Tensor: A scalar >= 0, in float32 or better.

    Raises:
        ValueError: If the shapes are not the same (N, D), or there are not N
            labels.
    """
    check_pair('z1', z1, 'z2', z2)
    if labels.shape != z1.shape[:1]:
        raise ValueError(
            f'labels must have the shape ({len(z1)},), but have '
            f'{tuple(labels.shape)}'
        )
    z = F.normalize(at_least_float32(torch.cat([z1, z2])), dim=1)  # 2N x D
    labels = labels.repeat(2)  # 2N
    itself = torch.eye(len(z), dtype=torch.bool, device=z.device)
    positive = (labels[:, None] == labels) & ~itself  # 2N x 2N
    similarity = _matmul(z, z.T) / tau  # 2N x 2N
    log_p = similarity.masked_fill(itself, -torch.inf).log_softmax(dim=1)
    log_p = log_p.masked_fill(~positive, 0).sum(dim=1)  # 2N
    return -(log_p / positive.sum(dim=1)).mean()


def nt_xent_loss(z1: Tensor, z2: Tensor, tau: float = 0.1) -> Tensor:
    """Tell the other view of a video from the views of all other videos.

    Source: Eq. 1 and Algorithm 1, "NT-Xent", of "A Simple Framework for
    Contrastive Learning of Visual Representations",
    https://arxiv.org/abs/2002.05709, the paper's [22]. It is the supervised
    contrastive loss where every video is a class of its own.

    Args:
        z1 (Tensor): Projections of view 1, (N, D).
        z2 (Tensor): Projections of view 2, (N, D).
        tau (float): Temperature, > 0. Defaults to the paper's for ImageNet.

    Returns:
        Tensor: A scalar >= 0, in float32 or better.

    Raises:
        ValueError: If the shapes are not the same (N, D).
    """
    videos = torch.arange(len(z1), device=z1.device)
    return supervised_contrastive_loss(z1, z2, videos, tau)


def vicreg_terms(z1: Tensor, z2: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    """Compute the invariance, variance and covariance of two views.

    Source: Algorithm 1 of "VICReg: Variance-Invariance-Covariance
    Regularization for Self-Supervised Learning",
    https://arxiv.org/abs/2105.04906. The invariance is the mean squared
    difference over videos and channels, as there; Eq. 5 of that paper is
    larger by the factor D. The variance is the mean over the channels of
    ``max(0, 1 - sqrt(Var + 1e-4))`` (Eq. 1 and 2), the covariance the sum of
    the squared off-diagonal covariances over D (Eq. 3 and 4), each the sum of
    both views. The authors' code has half of that variance. Variances and
    covariances divide by N - 1.

    Args:
        z1 (Tensor): Projections of view 1, (N, D), N >= 2.
        z2 (Tensor): Projections of view 2, (N, D).

    Returns:
        tuple[Tensor, Tensor, Tensor]: Three scalars >= 0, in float32 or
        better.

    Raises:
        ValueError: If the shapes are not the same (N, D), or N is 1.
    """
    check_pair('z1', z1, 'z2', z2)
    if len(z1) < 2:
        raise ValueError(
            f'z1 must hold 2 or more vectors, but its shape is '
            f'{tuple(z1.shape)}'
        )
    z1, z2 = at_least_float32(z1), at_least_float32(z2)
    invariance = F.mse_loss(z1, z2)
    variance = covariance = 0
    for z in z1, z2:
        std = (z.var(dim=0) + 1e-4).sqrt()  # D
        variance = variance + F.relu(1 - std).mean()
        z = z - z.mean(dim=0)
        c = _matmul(z.T, z) / (len(z) - 1)  # D x D
        covariance = covariance + _off_diagonal(c).pow(2).sum() / z.shape[1]
    return invariance, variance, covariance


def byol_loss(v: Tensor, z: Tensor) -> Tensor:
    """Match the prediction of one view to the target of the other.

    Source: Eq. 2 of "Bootstrap your own latent",
    https://arxiv.org/abs/2006.07733: the squared distance of the normalised
    vectors, ``2 - 2 cos(v, z)``, averaged over the batch.

    Args:
        v (Tensor): Predictions of one view, (N, D).
        z (Tensor): Projections of the other view by the target network,
            (N, D); a constant.

    Returns:
        Tensor: A scalar in [0, 4], in float32 or better.

    Raises:
        ValueError: If the shapes are not the same (N, D).
    """
    return 2 + 2 * negative_cosine(v, z)


def prototype_scores(z: Tensor, prototypes: Tensor) -> Tensor:
    """Compute the cosines of projections and prototypes, for SwAV.

    Args:
        z (Tensor): Projections, (N, D).
        prototypes (Tensor): The vectors c of section 3.1, (K, D).

    Returns:
        Tensor: (N, K), in [-1, 1], in float32 or better.
    """
    z = F.normalize(at_least_float32(z), dim=1)
    return _matmul(z, F.normalize(at_least_float32(prototypes), dim=1).T)


@torch.no_grad()
def sinkhorn_codes(
    scores: Tensor, epsilon: float = 0.05, iterations: int = 3
) -> Tensor:
    """Assign a batch evenly to the prototypes, for SwAV.

    Source: Eq. 3 to 5 of "Unsupervised Learning of Visual Features by
    Contrasting Cluster Assignments", https://arxiv.org/abs/2006.09882, the
    paper's [23]: rows and columns of ``exp(scores / epsilon)`` are normalised
    in turn, so that every prototype receives about the same share of the
    batch. The codes stay soft and carry no gradient.

    Args:
        scores (Tensor): Cosines of N projections and K prototypes, (N, K).
        epsilon (float): Smoothness, > 0. Defaults to the paper's.
        iterations (int): Of both normalisations, >= 1. Defaults to the
            paper's.

    Returns:
        Tensor: Codes q, (N, K), whose rows add up to 1.
    """
    log_q = scores / epsilon
    for _ in range(iterations):
        log_q = log_q.log_softmax(dim=0)  # equal shares for the prototypes
        log_q = log_q.log_softmax(dim=1)  # a distribution for each video
    return log_q.exp()


def swapped_prediction_loss(
    scores1: Tensor,
    scores2: Tensor,
    tau: float = 0.1,
    epsilon: float = 0.05,
    iterations: int = 3,
) -> Tensor:
    """Predict the code of each view from the other view, for SwAV.

    Source: Eq. 1 and 2 of https://arxiv.org/abs/2006.09882:
    ``l(z1, q2) + l(z2, q1)`` with the cross-entropy
    ``l(z, q) = -sum_k q_k log softmax(z c / tau)_k``, averaged over the batch.

    Args:
        scores1 (Tensor): Cosines of view 1 and the prototypes, (N, K).
        scores2 (Tensor): Cosines of view 2 and the prototypes, (N, K).
        tau (float): Temperature, > 0. Defaults to the paper's.
        epsilon (float): See :func:`sinkhorn_codes`.
        iterations (int): See :func:`sinkhorn_codes`.

    Returns:
        Tensor: A scalar >= 0, in float32 or better.

    Raises:
        ValueError: If the shapes are not the same (N, K).
    """
    check_pair('scores1', scores1, 'scores2', scores2)
    scores1, scores2 = at_least_float32(scores1), at_least_float32(scores2)
    q1, q2 = (
        sinkhorn_codes(scores, epsilon, iterations)
        for scores in (scores1, scores2)
    )  # N x K
    return F.cross_entropy(scores1 / tau, q2) + F.cross_entropy(
        scores2 / tau, q1
    )


def _matmul(a: Tensor, b: Tensor) -> Tensor:
    """Multiply in the type of a, which autocast would make a lower one."""
    with torch.autocast(a.device.type, enabled=False):
        return a @ b


def _off_diagonal(c: Tensor) -> Tensor:
    """Return c, (D, D), with zeros on its diagonal."""
    return c - c.diagonal().diag_embed()
