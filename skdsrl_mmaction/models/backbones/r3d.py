from typing import Optional

import torch.nn.functional as F
from mmaction.models import ResNet3d
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn


class ZeroPadShortcut(nn.Module):
    """Shortcut of type A: subsample, and pad with zero channels.

    Args:
        stride (tuple[int]): Of time, height and width.
        out_channels (int): Channels after padding.
    """

    def __init__(self, stride: tuple, out_channels: int) -> None:
        super().__init__()
        self.stride = stride
        self.out_channels = out_channels

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T, H, W) to (N, out_channels, T', H', W')."""
        t, h, w = self.stride
        x = x[:, :, ::t, ::h, ::w]
        return F.pad(x, (0, 0) * 3 + (0, self.out_channels - x.shape[1]))


@MODELS.register_module()
class R3D(ResNet3d):
    """The 3D ResNet of Hara et al., the encoder of the paper.

    Source: "Can Spatiotemporal 3D CNNs Retrace the History of 2D CNNs and
    ImageNet?", https://arxiv.org/abs/1711.09577, the paper's [9]. It differs
    from the stock ``ResNet3d``: every stage strides in time as well as in
    space, the stem is 7x7x7 with a 3x3x3 pool, there is no second pool, and
    shallow networks have shortcuts without weights. Input (N, 3, T, H, W),
    output (N, feat_dim, T / 16, H / 32, W / 32).

    Args:
        depth (int): 18, 34, 50, 101 or 152.
        shortcut_type (str, optional): 'A', strided identity padded with zero
            channels, or 'B', a strided 1x1x1 convolution. Defaults to None,
            as published: 'A' for depth 18 and 34, 'B' for deeper ones.
        base_channels (int): Width of the stem; smaller ones make small
            models. Defaults to 64.
        **kwargs: Other arguments of ``ResNet3d``, such as ``frozen_stages``,
            ``norm_cfg`` or ``with_cp``.

    Raises:
        KeyError: If ``depth`` is unknown.
        ValueError: If ``shortcut_type`` is not None, 'A' or 'B', or if
            ``pretrained`` is given: with the checkpoint of a whole
            recognizer, the host loads nothing and reports no error.
    """

    def __init__(
        self,
        depth: int,
        shortcut_type: Optional[str] = None,
        base_channels: int = 64,
        **kwargs,
    ) -> None:
        if shortcut_type not in (None, 'A', 'B'):
            raise ValueError(
                "backbone.shortcut_type must be 'A', 'B' or None "
                f"('A' below depth 50), but is {shortcut_type!r}"
            )
        if kwargs.get('pretrained') is not None:
            raise ValueError(
                f'backbone.pretrained={kwargs["pretrained"]!r} is not for '
                'R3D; set load_from, which takes backbone.* and cls_head.*, '
                'or init_cfg for the file of an encoder'
            )
        super().__init__(
            depth=depth,
            base_channels=base_channels,
            pretrained2d=False,
            conv1_kernel=(7, 7, 7),
            pool1_stride_t=2,
            with_pool2=False,
            temporal_strides=(1, 2, 2, 2),
            inflate_style='3x3x3',
            zero_init_residual=False,
            **kwargs,
        )
        self.maxpool = nn.MaxPool3d(kernel_size=3, stride=2, padding=1)
        if shortcut_type is None:
            shortcut_type = 'A' if depth < 50 else 'B'
        self.shortcut_type = shortcut_type
        if shortcut_type == 'A':
            self._drop_projections()

    def _drop_projections(self) -> None:
        for name in self.res_layers:
            block = getattr(self, name)[0]
            if block.downsample is not None:
                conv = block.downsample.conv
                block.downsample = ZeroPadShortcut(
                    conv.stride, conv.out_channels
                )

    def init_weights(self, pretrained: Optional[str] = None) -> None:
        """Initialize as the host does, which ignores ``init_cfg``."""
        super().init_weights(pretrained)
        if self.init_cfg:
            BaseModule.init_weights(self)

    def train(self, mode: bool = True) -> 'R3D':
        """Set the mode as the host does, and return the module."""
        super().train(mode)
        return self
