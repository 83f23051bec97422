"""A checkpoint without what only training needs."""

import hashlib
import io
from typing import Any, List, Optional

import mmaction
import torch
from mmengine.config import Config
from torch import nn

from ...version import __version__
from ..heads import TRAINING_HEADS


def published(
    cfg: Config, model: nn.Module, classes: Optional[List[str]]
) -> dict:
    """Return a checkpoint of tensors and plain values, to be given to others.

    Its weights are those of a stock recognizer: MMAction2 tests it without
    this package, where the backbone is one of MMAction2.

    Args:
        cfg (Config): The whole config.
        model (nn.Module): Its recognizer, with the weights to publish.
        classes (list[str], optional): Names of the classes, if known.

    Returns:
        dict: ``state_dict`` without the training heads, and ``meta``:
        ``dataset_meta.classes``, ``test_pipeline`` and ``data_preprocessor``
        of the config, and versions.
    """
    weights = {
        key: x.detach().clone()
        for key, x in model.state_dict().items()
        if key.split('.')[0] not in TRAINING_HEADS
    }
    return dict(meta=_meta(cfg, classes), state_dict=weights)


def published_encoder(cfg: Config, model: nn.Module) -> dict:
    """Return a checkpoint of the backbone alone, without the prefix.

    Args:
        cfg (Config): The whole config.
        model (nn.Module): Its recognizer, with the weights to publish.

    Returns:
        dict: ``state_dict`` of ``model.backbone``, and ``meta`` as in
        :func:`published`, without classes.
    """
    weights = {
        key: x.detach().clone()
        for key, x in model.backbone.state_dict().items()
    }
    return dict(meta=_meta(cfg, None), state_dict=weights)


def checkpoint_bytes(checkpoint: dict) -> bytes:
    """Return the content of the file of a checkpoint; equal if it is equal."""
    buffer = io.BytesIO()
    torch.save(checkpoint, buffer)
    return buffer.getvalue()


def published_name(name: str, content: bytes) -> str:
    """Return ``NAME-HASH8.pth``; HASH8 begins the SHA-256 of the content."""
    return f'{name}-{hashlib.sha256(content).hexdigest()[:8]}.pth'


def _meta(cfg: Config, classes: Optional[List[str]]) -> dict:
    loader = cfg.get('test_dataloader') or {}
    return dict(
        dataset_meta=dict(classes=classes) if classes else {},
        test_pipeline=_plain(loader.get('dataset', {}).get('pipeline', [])),
        data_preprocessor=_plain(cfg.model.get('data_preprocessor') or {}),
        mmaction2_version=mmaction.__version__,
        skdsrl_mmaction_version=__version__,
    )


def _plain(value: Any) -> Any:
    """Return a part of a config without classes of its own."""
    if isinstance(value, dict):
        return {str(key): _plain(x) for key, x in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(x) for x in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return getattr(value, '__name__', str(value))
