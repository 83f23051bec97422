"""How a config starts from the file of an encoder."""

import tempfile
from pathlib import Path
from typing import Any, Dict

import torch
from mmaction.registry import MODELS
from mmengine.config import Config, ConfigDict


def encoder_options(
    backbone: ConfigDict, checkpoint: dict, path: str
) -> Dict[str, Any]:
    """Find the options with which a backbone starts from a file of its own.

    Most backbones of MMAction2 follow ``init_cfg``. ``ResNet3d`` and its
    subclasses ignore it without a word and follow ``pretrained``, and some
    need ``pretrained2d`` switched off. So each way is tried: the backbone is
    built and initialized, and all its weights must then be those of the file.

    Args:
        backbone (ConfigDict): ``model.backbone`` of a config.
        checkpoint (dict): What the file holds; the keys of its
            ``state_dict`` have no prefix.
        path (str): Where the file is going to be.

    Returns:
        dict: Value by key, as for ``--cfg-options``.

    Raises:
        ValueError: If no way loads all weights.
    """
    # The key of the path comes first.
    ways: list = [
        {'init_cfg.checkpoint': None, 'init_cfg.type': 'Pretrained'},
        {'pretrained': None},
    ]
    if backbone.get('pretrained') is not None:  # it would be preferred
        ways[0]['pretrained'] = None
    ways = [
        {**way, **flat}
        for flat in ({}, {'pretrained2d': False})
        for way in ways
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder, 'encoder.pth'))
        torch.save(checkpoint, file)
        for way in ways:
            key = next(iter(way))
            if _loads(backbone, {**way, key: file}, checkpoint['state_dict']):
                options = {**way, key: path}
                return {f'model.backbone.{k}': x for k, x in options.items()}
    raise ValueError(
        f'model.backbone.type={backbone.type!r} loads no encoder by init_cfg '
        'or pretrained; publish the whole recognizer and use load_from'
    )


def _loads(backbone: ConfigDict, options: dict, weights: dict) -> bool:
    cfg = Config(dict(backbone=backbone.to_dict()))
    try:
        cfg.merge_from_dict({f'backbone.{k}': x for k, x in options.items()})
        model = MODELS.build(cfg.backbone)
        model.init_weights()
    except Exception:  # an option that it does not have, or another format
        return False
    found = model.state_dict()
    return found.keys() == weights.keys() and all(
        torch.equal(found[key], weights[key]) for key in weights
    )
