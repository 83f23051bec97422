"""Representation and logits of a stock head (Eq. 1)."""

from contextlib import contextmanager
from typing import Iterator, List, Optional, Tuple

from mmaction.models import OmniHead, RGBPoseHead
from torch import Tensor, nn

from ..losses import at_least_float32


def find_classifier(
    cls_head: Optional[nn.Module],
) -> Optional[Tuple[nn.Module, int]]:
    """Find the module whose input is the representation r of Eq. 1.

    That is the last linear layer with ``num_classes`` outputs, whatever the
    head calls it. TRN's relations hold several of them, so there it is the
    whole ``consensus``, whose input is a video's segments side by side. Of a
    head for images and videos, it is the one for videos.

    Args:
        cls_head (nn.Module, optional): A recognizer's classification head.

    Returns:
        tuple[nn.Module, int] or None: The module and D, the width of r; None
        where there is no such layer, as in a head that extracts features.
    """
    if cls_head is None:
        return None
    if isinstance(cls_head, OmniHead):
        return cls_head.fc3d[-1], cls_head.fc3d[-1].in_features
    consensus = getattr(cls_head, 'consensus', None) or nn.Identity()
    if hasattr(consensus, 'hidden_dim'):
        return consensus, consensus.num_segments * consensus.hidden_dim
    # A consensus of another kind may mix the classifier's outputs.
    inside = set(consensus.modules())
    layers = [
        module
        for module in cls_head.modules()
        if isinstance(module, nn.Linear)
        and module.out_features == cls_head.num_classes
        and module not in inside
    ]
    return (layers[-1], layers[-1].in_features) if layers else None


def representation_width(cls_head: Optional[nn.Module]) -> Optional[int]:
    """Return D, the width of the representation.

    A head with a classifier for each modality sees them side by side.

    Args:
        cls_head (nn.Module, optional): A recognizer's classification head.

    Returns:
        int, optional: D; None where there is no classifier.
    """
    if isinstance(cls_head, RGBPoseHead):
        return sum(cls_head.in_channels)
    classifier = find_classifier(cls_head)
    return classifier[1] if classifier else None


@contextmanager
def capture_input(module: nn.Module) -> Iterator[List[Tensor]]:
    """Collect the inputs of ``module`` while the context is open.

    The hook is removed afterwards, so that the test path stays stock.
    """
    inputs: List[Tensor] = []
    handle = module.register_forward_pre_hook(
        lambda _, args: inputs.append(args[0])
    )
    try:
        yield inputs
    finally:
        handle.remove()


def represent(
    cls_head: nn.Module, feats: Tensor, batch: int, **kwargs
) -> Tuple[Tensor, Tensor]:
    """Compute the representation r and the logits p of one view (Eq. 1).

    r is what the classifier of the head sees: the pooled features, after the
    head's own dropout. Where the head scores each segment of a video and
    averages the scores (TSM, TANet, TIN), r is the mean over the segments.

    Args:
        cls_head (nn.Module): A stock head with a linear classifier.
        feats (Tensor): Features of the view, as the head takes them.
        batch (int): N, the number of videos.
        **kwargs: Other arguments of the head.

    Returns:
        tuple[Tensor, Tensor]: r, (N, D), and p, (N, K), in float32 or better.

    Raises:
        RuntimeError: If the head has no linear classifier.
        ValueError: If the head does not make one prediction per video.
    """
    classifier = find_classifier(cls_head)
    if classifier is None:
        raise RuntimeError(
            f'cls_head={type(cls_head).__name__} has no linear classifier, '
            'which training with SKD-SRL needs; this model can only extract '
            'features'
        )
    with capture_input(classifier[0]) as seen:
        p = cls_head(feats, **kwargs)  # N x K
    if len(p) != batch:
        raise ValueError(
            f'{type(cls_head).__name__} made {len(p)} predictions for {batch} '
            'videos; num_clips of the sampler must be the num_segments of the '
            'model'
        )
    # (N * segments) x D where each segment is scored; N x segments x hidden
    # in TRN.
    (r,) = seen
    return of_videos(r, batch), at_least_float32(p)


def of_videos(r: Tensor, batch: int) -> Tensor:
    """Average what the classifier sees over the rows of each video.

    Args:
        r (Tensor): Its input; the rows of a video follow each other.
        batch (int): N, the number of videos.

    Returns:
        Tensor: (N, D).
    """
    r = r.flatten(1)
    if len(r) != batch:
        r = r.unflatten(0, (batch, -1)).mean(dim=1)
    return r
