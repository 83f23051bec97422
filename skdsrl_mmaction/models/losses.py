"""Equations 2 to 4, conventional distillation and a gauge, on tensors."""

import torch
import torch.nn.functional as F
from torch import Tensor


def at_least_float32(x: Tensor) -> Tensor:
    """Undo what autocast did; a float64 tensor stays float64."""
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
    _check_pair('p1', p1, 'p2', p2)
    p1, p2 = at_least_float32(p1), at_least_float32(p2)
    log_s = F.log_softmax((p1 + p2) / tau, dim=1)  # N x K
    if detach_soft_label:
        log_s = log_s.detach()
    log_s1 = F.log_softmax(p1 / tau, dim=1)  # N x K
    log_s2 = F.log_softmax(p2 / tau, dim=1)  # N x K
    kl1 = F.kl_div(log_s1, log_s, reduction='batchmean', log_target=True)
    kl2 = F.kl_div(log_s2, log_s, reduction='batchmean', log_target=True)
    return kl1 + kl2


def negative_cosine(v: Tensor, z: Tensor) -> Tensor:
    """Match a prediction to the other view's projection (Eq. 3 and 4).

    ``-cos(v, stopgrad(z))``, averaged over the batch: z is a constant here,
    as Eq. 3 has it. Eq. 3 itself is the mean of ``negative_cosine(v1, z2)``
    and ``negative_cosine(v2, z1)``.

    Args:
        v (Tensor): Predictions of one view, (N, D).
        z (Tensor): Projections of the other view, (N, D).

    Returns:
        Tensor: A scalar in [-1, 1], in float32 or better.

    Raises:
        ValueError: If the shapes are not the same (N, D).
    """
    _check_pair('v', v, 'z', z)
    v, z = at_least_float32(v), at_least_float32(z.detach())
    return -F.cosine_similarity(v, z, dim=1).mean()


def teacher_kl(p: Tensor, p_teacher: Tensor, tau: float) -> Tensor:
    """Distil a teacher's softened logits (Hinton et al.; Table II, "KD").

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
    _check_pair('p', p, 'p_teacher', p_teacher)
    p, p_teacher = at_least_float32(p), at_least_float32(p_teacher.detach())
    return F.kl_div(
        F.log_softmax(p / tau, dim=1),
        F.log_softmax(p_teacher / tau, dim=1),
        reduction='batchmean',
        log_target=True,
    )


def feat_std(z: Tensor) -> Tensor:
    """Tell whether projections have collapsed; carries no gradient.

    The standard deviation over the batch of each channel of ``z / ||z||``,
    averaged over the channels, times ``sqrt(D)``: about 1 where the vectors
    spread evenly over the sphere, 0 where all are the same (section 4.1 of
    the Siamese paper [21] plots it without the factor).

    Args:
        z (Tensor): Projections, (N, D), N >= 2.

    Returns:
        Tensor: A scalar >= 0.
    """
    z = F.normalize(at_least_float32(z.detach()), dim=1)  # N x D
    return z.std(dim=0).mean() * z.shape[1] ** 0.5


def _check_pair(name_a: str, a: Tensor, name_b: str, b: Tensor) -> None:
    if a.dim() != 2 or a.shape != b.shape:
        raise ValueError(
            f'{name_a} and {name_b} must have the same shape '
            f'(N, channels), but are {tuple(a.shape)} and '
            f'{tuple(b.shape)}'
        )
