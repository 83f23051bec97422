"""Names of the public 3D-ResNets-PyTorch checkpoints, in MMAction2's."""

import re
from typing import Any, Dict

import torch
from torch import Tensor

from .r3d import R3D

# Applied in this order; the first that matches the whole key wins.
_RENAMES = [
    (r'(layer\d\.\d+)\.conv(\d)\.weight', r'backbone.\1.conv\2.conv.weight'),
    (r'(layer\d\.\d+)\.bn(\d)\.(\w+)', r'backbone.\1.conv\2.bn.\3'),
    (
        r'(layer\d\.\d+)\.downsample\.0\.weight',
        r'backbone.\1.downsample.conv.weight',
    ),
    (r'(layer\d\.\d+)\.downsample\.1\.(\w+)', r'backbone.\1.downsample.bn.\2'),
    (r'conv1\.weight', 'backbone.conv1.conv.weight'),
    (r'bn1\.(\w+)', r'backbone.conv1.bn.\1'),
    (r'fc\.(\w+)', r'cls_head.fc_cls.\1'),
]


def convert_r3d_checkpoint(checkpoint: dict) -> Dict[str, Tensor]:
    """Rename a checkpoint of Hara et al. for ``load_from``.

    Args:
        checkpoint (dict): ``{'arch': ..., 'state_dict': ...}`` as published;
            keys may begin with ``module.``.

    Returns:
        dict[str, Tensor]: The same tensors under ``backbone.*`` (an
        :class:`R3D`) and ``cls_head.fc_cls.*`` (an ``I3DHead``).

    Raises:
        ValueError: If there is no ``state_dict``, or it has a key that no 3D
            ResNet of theirs has.
    """
    if 'state_dict' not in checkpoint:
        raise ValueError(
            "expected a checkpoint {'arch', 'state_dict'} of "
            f'3D-ResNets-PyTorch, but its keys are '
            f'{sorted(checkpoint)}'
        )
    return {
        _rename(re.sub(r'^module\.', '', key)): tensor
        for key, tensor in checkpoint['state_dict'].items()
    }


def _rename(key: str) -> str:
    for pattern, replacement in _RENAMES:
        match = re.fullmatch(pattern, key)
        if match:
            return match.expand(replacement)
    raise ValueError(
        f'state_dict has the key {key!r}, which no 3D ResNet of '
        '3D-ResNets-PyTorch has (its R(2+1)D and ResNeXt models '
        'are other networks)'
    )


def describe_r3d(state_dict: Dict[str, Tensor]) -> Dict[str, Any]:
    """Find the arguments of the R3D that these weights fit.

    Args:
        state_dict (dict[str, Tensor]): Of :func:`convert_r3d_checkpoint`.

    Returns:
        dict: ``depth``, ``shortcut_type`` and ``base_channels``.

    Raises:
        ValueError: If they fit no R3D exactly.
    """
    weights = {
        key[len('backbone.') :]: tensor.shape
        for key, tensor in state_dict.items()
        if key.startswith('backbone.') and not key.endswith('_tracked')
    }
    width = weights['conv1.conv.weight'][0]
    for depth in R3D.arch_settings:
        for shortcut in 'AB':
            with torch.device('meta'):
                model = R3D(depth, shortcut, base_channels=width)
            # BatchNorm counted no batches before PyTorch 0.4.1.
            wanted = {
                key: tensor.shape
                for key, tensor in model.state_dict().items()
                if not key.endswith('_tracked')
            }
            if wanted == weights:
                return dict(
                    depth=depth, shortcut_type=shortcut, base_channels=width
                )
    raise ValueError(
        'no R3D has exactly these weights; the checkpoint is of '
        'another network, or incomplete'
    )
