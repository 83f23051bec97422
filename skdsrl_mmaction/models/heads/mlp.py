from typing import Sequence

from torch import nn


def mlp(widths: Sequence[int], norm: bool = True) -> nn.Module:
    """Build linear layers with BatchNorm and ReLU between them.

    Args:
        widths (Sequence[int]): Channels before the first layer and after
            each; a single one makes the identity.
        norm (bool): Whether there is BatchNorm. A layer before it has no
            bias. Defaults to True.

    Returns:
        nn.Module: From (N, widths[0]) to (N, widths[-1]); a single linear
        layer is one without a container.
    """
    layers = []
    for before, after in zip(widths, widths[1:-1]):
        layers.append(nn.Linear(before, after, bias=not norm))
        layers += [nn.BatchNorm1d(after)] if norm else []
        layers.append(nn.ReLU(inplace=True))
    if len(widths) > 1:
        layers.append(nn.Linear(*widths[-2:]))
    return layers[0] if len(layers) == 1 else nn.Sequential(*layers)
