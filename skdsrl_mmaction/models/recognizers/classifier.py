"""Where a stock head's representation r can be seen, without rewriting it."""

from contextlib import contextmanager
from typing import Iterator, List, Optional, Tuple

from torch import Tensor, nn


def find_classifier(
    cls_head: Optional[nn.Module],
) -> Optional[Tuple[nn.Module, int]]:
    """Find the module whose input is the representation r of Eq. 1.

    That is the last linear layer with ``num_classes`` outputs, whatever the
    head calls it. TRN's relations hold several of them, so there it is the
    whole ``consensus``, whose input is a video's segments side by side.

    Args:
        cls_head (nn.Module, optional): A recognizer's classification head.

    Returns:
        tuple[nn.Module, int] or None: The module and D, the width of r; None
        where there is no such layer, as in a head that extracts features.
    """
    if cls_head is None:
        return None
    consensus = getattr(cls_head, 'consensus', None)
    if consensus is not None and any(True for _ in consensus.parameters()):
        return consensus, consensus.num_segments * consensus.hidden_dim
    layers = [
        module
        for module in cls_head.modules()
        if isinstance(module, nn.Linear)
        and module.out_features == cls_head.num_classes
    ]
    return (layers[-1], layers[-1].in_features) if layers else None


@contextmanager
def capture_input(module: nn.Module) -> Iterator[List[Tensor]]:
    """Collect the inputs of ``module`` while the context is open.

    The hook is gone afterwards, so that the test path stays stock.
    """
    inputs: List[Tensor] = []
    handle = module.register_forward_pre_hook(
        lambda _, args: inputs.append(args[0])
    )
    try:
        yield inputs
    finally:
        handle.remove()
