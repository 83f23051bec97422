from typing import List, Sequence, Tuple

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule, ModuleList
from torch import Tensor, nn

from ..auxiliary_losses import pool
from ..losses import at_least_float32
from .convolutions import conv, separable_conv


class SelfTeacher(BaseModule):
    """Refine the feature maps of a network's stages and classify them.

    The self-teacher network of "Refine Myself by Teaching Myself: Feature
    Refinement via Self-Knowledge Distillation",
    https://arxiv.org/abs/2103.08273, section 3.1, over clips. With lateral
    maps L_i of the stages i = 1 to n:

    - top-down: ``P_i = Conv(w1 L_i + w2 Resize(P_{i+1}))``, where
      P_n is L_n;
    - bottom-up: ``T_i = Conv(w1 L_i + w2 P_i + w3 Resize(T_{i-1}))``,
      where T_1 is P_1, and T_n has no P_n.

    Resizing is linear interpolation upwards and max pooling downwards, after
    a convolution to the wanted channels. Each Conv is depthwise separable.

    Args:
        channels (Sequence[int]): c_i of the n >= 2 stages.
        num_classes (int): K.
        width (int): The maps of stage i have ``width * c_i`` channels.
    """

    def __init__(
        self, channels: Sequence[int], num_classes: int, width: int
    ) -> None:
        super().__init__()
        d = [width * c for c in channels]
        pairs = list(zip(d, d[1:]))
        self.lateral = ModuleList(map(conv, channels, d))
        self.to_lower = ModuleList(conv(high, low) for low, high in pairs)
        self.to_upper = ModuleList(conv(low, high) for low, high in pairs)
        self.top_down = ModuleList(Fusion(2, c) for c in d[:-1])
        self.bottom_up = ModuleList(
            [*(Fusion(3, c) for c in d[1:-1]), Fusion(2, d[-1])]
        )
        self.classifier = nn.Linear(d[-1], num_classes)

    def forward(self, stages: Sequence[Tensor]) -> Tuple[List[Tensor], Tensor]:
        """Refine and classify.

        Args:
            stages (Sequence[Tensor]): n of (N, c_i, T_i, H_i, W_i).

        Returns:
            tuple[list[Tensor], Tensor]: The refined maps T_i, with the
            positions of the stages, and logits, (N, K), in float32 or better.
        """
        lateral = [layer(x) for layer, x in zip(self.lateral, stages)]
        middle = lateral[-1:]
        for i in reversed(range(len(self.top_down))):
            above = resize(self.to_lower[i](middle[0]), lateral[i])
            middle.insert(0, self.top_down[i](lateral[i], above))
        middle.pop()  # P_n is L_n
        refined = middle[:1]
        for i, fusion in enumerate(self.bottom_up, start=1):
            below = resize(self.to_upper[i - 1](refined[-1]), lateral[i])
            refined.append(fusion(lateral[i], *middle[i : i + 1], below))
        p = self.classifier(pool(refined[-1]))
        return refined, at_least_float32(p)


class Fusion(BaseModule):
    """Add feature maps with learned weights and convolve the sum.

    Args:
        inputs (int): Number of maps. Their weights are not negative, add up
            to 1 and are equal at first.
        channels (int): C of each map, (N, C, T, H, W), and of the output.
    """

    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.ones(inputs))
        self.conv = separable_conv(channels)

    def forward(self, *maps: Tensor) -> Tensor:
        """Return the fused map, (N, C, T, H, W)."""
        w = self.weights.relu()
        w = w / (w.sum() + 1e-4)  # weights may all be 0
        return self.conv(sum(w_i * x for w_i, x in zip(w, maps)))


def resize(x: Tensor, like: Tensor) -> Tensor:
    """Resize feature maps.

    Args:
        x (Tensor): (N, C, T, H, W).
        like (Tensor): Maps of the wanted size.

    Returns:
        Tensor: (N, C, T', H', W'), the axes that grow by linear
        interpolation and then those that shrink by max pooling.
    """
    size = like.shape[2:]
    larger = [max(pair) for pair in zip(x.shape[2:], size)]
    x = F.interpolate(x, larger, mode='trilinear', align_corners=False)
    return F.adaptive_max_pool3d(x, size)
