"""Build a model to look at it, without memory for its weights."""

import copy

import torch
from mmaction.registry import MODELS
from mmaction.utils import ConfigType
from torch import nn


def build_on_meta(cfg: ConfigType) -> nn.Module:
    """Build a model on the meta device where that is possible.

    A network that reads numbers from tensors while it is built, as Swin for
    its stochastic depth, is built on the CPU.

    Args:
        cfg (dict): Config of a model; not modified.

    Returns:
        nn.Module: The model, whose weights may have no values.
    """
    try:
        with torch.device('meta'):
            return MODELS.build(copy.deepcopy(cfg))
    except RuntimeError:
        with torch.device('cpu'):
            return MODELS.build(copy.deepcopy(cfg))
