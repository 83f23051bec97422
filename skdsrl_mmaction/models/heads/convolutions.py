"""Convolutions over clips that auxiliary branches are made of."""

from mmcv.cnn import ConvModule, DepthwiseSeparableConvModule
from torch import nn

_OVER_CLIPS = dict(conv_cfg=dict(type='Conv3d'), norm_cfg=dict(type='BN3d'))


def conv(
    channels: int, out_channels: int, size: int = 1, stride: int = 1
) -> nn.Module:
    """Build a convolution with BatchNorm and ReLU.

    Args:
        channels (int): C of the input, (N, C, T, H, W).
        out_channels (int): C of the output.
        size (int): Of the kernel along T, H and W, odd. Defaults to 1.
        stride (int): Along T, H and W. Defaults to 1.

    Returns:
        nn.Module: It keeps T, H and W where ``stride`` is 1.
    """
    return ConvModule(
        channels,
        out_channels,
        size,
        stride=stride,
        padding=size // 2,
        **_OVER_CLIPS,
    )


def separable_conv(channels: int) -> nn.Module:
    """Build a convolution of each channel and one across the channels.

    Args:
        channels (int): C of input and output, (N, C, T, H, W).

    Returns:
        nn.Module: Kernels of 3 x 3 x 3 and of 1, each with BatchNorm and
        ReLU.
    """
    return DepthwiseSeparableConvModule(
        channels, channels, 3, padding=1, **_OVER_CLIPS
    )
