"""The losses, as functions of tensors: Eq. 2 to 4, and a teacher's."""

import torch
import torch.nn.functional as F
from torch import Tensor


def at_least_float32(x: Tensor) -> Tensor:
    """Return x in float32 or, where it is float64 already, as it is."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


def soft_label_kl(
    p1: Tensor, p2: Tensor, tau: float, detach_soft_label: bool = False
) -> Tensor:
    """Distil the sum of both views' logits into each view (Eq. 2).

    ``KL(s || s1) + KL(s || s2)`` with ``s = softmax((p1 + p2) / tau)`` and
    ``si = softmax(pi / tau)``, summed over the classes and averaged over the
    batch, without the factor ``tau ** 2`` of other distillation losses. The
    soft label is the sum of the logits, so it is sharper than either view.

    Args:
        p1 (Tensor): Logits of view 1, (N, K).
        p2 (Tensor): Logits of view 2, (N, K).
        tau (float): Temperature, > 0; the paper uses 10.
        detach_soft_label (bool): Whether to stop the gradient through ``s``.
            Eq. 2 writes no stop-gradient. Defaults to False.

    Returns:
        Tensor: A scalar >= 0, in float32 or better.

    Raises:
        ValueError: If the shapes are not the same (N, K).
    """
    check_pair('p1', p1, 'p2', p2)
    p1, p2 = at_least_float32(p1), at_least_float32(p2)
    log_s = F.log_softmax((p1 + p2) / tau, dim=1)  # N x K
    if detach_soft_label:
        log_s = log_s.detach()
    log_s1 = F.log_softmax(p1 / tau, dim=1)  # N x K
    log_s2 = F.log_softmax(p2 / tau, dim=1)  # N x K
    kl1 = F.kl_div(log_s1, log_s, reduction='batchmean', log_target=True)
    kl2 = F.kl_div(log_s2, log_s, reduction='batchmean', log_target=True)
    return kl1 + kl2


def similarity_loss(z1: Tensor, z2: Tensor, v1: Tensor, v2: Tensor) -> Tensor:
    """Match each view's prediction to the other view's projection (Eq. 3).

    This is the loss of SimSiam: "Exploring Simple Siamese Representation
    Learning", https://arxiv.org/abs/2011.10566, the paper's [21].

    Args:
        z1 (Tensor): Projections of view 1, (N, D).
        z2 (Tensor): Projections of view 2, (N, D).
        v1 (Tensor): Predictions of view 1, (N, D).
        v2 (Tensor): Predictions of view 2, (N, D).

    Returns:
        Tensor: A scalar in [-1, 1], in float32 or better.

    Raises:
        ValueError: If the shapes are not the same (N, D).
    """
    z1, z2 = z1.detach(), z2.detach()  # stopgrad
    return (negative_cosine(v1, z2) + negative_cosine(v2, z1)) / 2


def negative_cosine(v: Tensor, z: Tensor) -> Tensor:
    """Return the negative cosine of v and the constant z (Eq. 4).

    ``-cos(v, z)``, averaged over the batch. No gradient flows into z, also
    where this function is called by itself.

    Args:
        v (Tensor): Predictions of one view, (N, D).
        z (Tensor): Projections of the other view, (N, D).

    Returns:
        Tensor: A scalar in [-1, 1], in float32 or better.

    Raises:
        ValueError: If the shapes are not the same (N, D).
    """
    check_pair('v', v, 'z', z)
    v, z = at_least_float32(v), at_least_float32(z.detach())
    return -F.cosine_similarity(v, z, dim=1).mean()


def teacher_kl(p: Tensor, p_teacher: Tensor, tau: float) -> Tensor:
    """Distil a teacher's softened logits (Table II, "KD").

    Source: Eq. 1 and section 2 of "Distilling the Knowledge in a Neural
    Network", https://arxiv.org/abs/1503.02531.
    ``KL(softmax(p_teacher / tau) || softmax(p / tau))``, summed over the
    classes and averaged over the batch, without the factor ``tau ** 2``.

    Args:
        p (Tensor): Logits of the student, (N, K).
        p_teacher (Tensor): Logits of the teacher, (N, K); a constant.
        tau (float): Temperature, > 0.

    Returns:
        Tensor: A scalar >= 0, in float32 or better.

    Raises:
        ValueError: If the shapes are not the same (N, K).
    """
    check_pair('p', p, 'p_teacher', p_teacher)
    p, p_teacher = at_least_float32(p), at_least_float32(p_teacher.detach())
    return F.kl_div(
        F.log_softmax(p / tau, dim=1),
        F.log_softmax(p_teacher / tau, dim=1),
        reduction='batchmean',
        log_target=True,
    )


def check_pair(name_a: str, a: Tensor, name_b: str, b: Tensor) -> None:
    """Refuse two matrices of different shapes.

    Args:
        name_a (str): What a is, for the error.
        a (Tensor): One.
        name_b (str): What b is.
        b (Tensor): The other.

    Raises:
        ValueError: If the shapes are not the same (N, channels).
    """
    if a.dim() != 2 or a.shape != b.shape:
        raise ValueError(
            f'{name_a} and {name_b} must have the same shape '
            f'(N, channels), but are {tuple(a.shape)} and '
            f'{tuple(b.shape)}'
        )
