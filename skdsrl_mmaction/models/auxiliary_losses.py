"""Losses of auxiliary branches, of hints and of attention maps."""

import torch.nn.functional as F
from torch import Tensor

from .losses import at_least_float32


def feature_distance(f: Tensor, f_last: Tensor) -> Tensor:
    """Pull the features of a branch to those of the last layer.

    ``||f - f_last||^2``, summed over the channels and averaged over the
    batch: loss source 3, "L2 loss from hints", of "Be Your Own Teacher",
    https://arxiv.org/abs/1905.08094.

    Args:
        f (Tensor): Features of the branch, (N, D).
        f_last (Tensor): Those that the classifier sees, (N, D); a constant.

    Returns:
        Tensor: A scalar >= 0, in float32 or better.

    Raises:
        ValueError: If the shapes are not the same.
    """
    _check_shapes('f', f, 'f_last', f_last)
    f, f_last = at_least_float32(f), at_least_float32(f_last.detach())
    return (f - f_last).square().sum(dim=1).mean()


def attention_map(features: Tensor) -> Tensor:
    """Return where feature maps are strong, whatever their channels.

    The map phi of FRSKD and of "Paying More Attention to Attention",
    https://arxiv.org/abs/1612.03928: the mean over the channels of the
    squares, as a vector of length 1.

    Args:
        features (Tensor): (N, C, ...).

    Returns:
        Tensor: (N, positions), >= 0, in float32 or better.
    """
    energy = at_least_float32(features).square().mean(dim=1)
    return F.normalize(energy.flatten(1), dim=1)


def attention_distance(features: Tensor, refined: Tensor) -> Tensor:
    """Compare the attention maps of a network and of its self-teacher.

    One term of Eq. 3 of "Refine Myself by Teaching Myself",
    https://arxiv.org/abs/2103.08273, as the authors' code has it: the squared
    difference, averaged over positions and batch. Eq. 3 has its norm.

    Args:
        features (Tensor): Of the network, (N, C, ...).
        refined (Tensor): Of the self-teacher, (N, C', ...) with the same
            positions; a constant.

    Returns:
        Tensor: A scalar >= 0, in float32 or better.

    Raises:
        ValueError: If the positions are not the same.
    """
    ours, theirs = attention_map(features), attention_map(refined.detach())
    _check_shapes('features', ours, 'refined', theirs)
    return (ours - theirs).square().mean()


def hint_distance(guided: Tensor, hint: Tensor) -> Tensor:
    """Compare what a student's layer predicts with a teacher's layer.

    Half of the squared difference, Eq. 3 of "FitNets: Hints for Thin Deep
    Nets", https://arxiv.org/abs/1412.6550. There it is a sum over all
    elements. Here it is their mean, so that a weight means the same for clips
    of any size. Where one map is larger along an axis, it is averaged to the
    size of the other.

    Args:
        guided (Tensor): Of the student, after the regressor, (N, C, T, H, W).
        hint (Tensor): Of the teacher, (N, C, T', H', W'); a constant.

    Returns:
        Tensor: A scalar >= 0, in float32 or better.

    Raises:
        ValueError: If videos or channels are not the same.
    """
    _check_shapes('guided', guided[..., 0, 0, 0], 'hint', hint[..., 0, 0, 0])
    size = [min(sizes) for sizes in zip(guided.shape[2:], hint.shape[2:])]
    guided, hint = (
        F.adaptive_avg_pool3d(at_least_float32(x), size)
        for x in (guided, hint.detach())
    )
    return F.mse_loss(guided, hint) / 2


def as_clips(stage: Tensor, batch: int) -> Tensor:
    """Return the feature maps of a stage with an axis of time.

    Args:
        stage (Tensor): Of a 3D network, (N, C, T, H, W), or of a 2D one,
            (N * segments, C, H, W).
        batch (int): N, the number of videos.

    Returns:
        Tensor: (N, C, T, H, W); the segments of a 2D network are its T.
    """
    if stage.dim() == 5:
        return stage
    return stage.unflatten(0, (batch, -1)).transpose(1, 2)


def pool(clips: Tensor) -> Tensor:
    """Average feature maps over time and space.

    Args:
        clips (Tensor): (N, C, T, H, W).

    Returns:
        Tensor: (N, C).
    """
    return clips.mean(dim=(2, 3, 4))


def _check_shapes(name_a: str, a: Tensor, name_b: str, b: Tensor) -> None:
    if a.shape != b.shape:
        raise ValueError(
            f'{name_a} and {name_b} must have the same shape, but are '
            f'{tuple(a.shape)} and {tuple(b.shape)}'
        )
