"""A trained recognizer: its weights, and the names of its classes."""

import copy
from typing import List, Optional, Tuple

from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.fileio import list_from_file
from mmengine.model import revert_sync_batchnorm
from mmengine.registry import init_default_scope
from mmengine.runner import CheckpointLoader
from torch import nn

from .heads import TRAINING_HEADS
from .weights import describe_network, load_weights


def load_trained(
    cfg: Config, checkpoint: Optional[str]
) -> Tuple[nn.Module, dict]:
    """Build the recognizer of a config and load its weights, for inference.

    The weights are those that testing uses: with an ``EMAHook``, MMEngine
    saves the averaged ones as ``state_dict``. What only training has is
    neither built nor looked for, and no other file is loaded.

    Args:
        cfg (Config): The whole config.
        checkpoint (str, optional): Path or URL of its checkpoint. None leaves
            the weights as they are drawn.

    Returns:
        tuple[nn.Module, dict]: The model on the CPU, in evaluation mode, and
        the ``meta`` of the checkpoint.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the weights do not fit the model.
    """
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    model_cfg = copy.deepcopy(cfg.model)
    for head in TRAINING_HEADS:
        if model_cfg.get(head) is not None:
            model_cfg[head] = None
    if model_cfg.backbone.get('pretrained') is not None:
        model_cfg.backbone.pretrained = None
    model = revert_sync_batchnorm(MODELS.build(model_cfg))
    if checkpoint is None:
        return model.eval(), {}
    content = CheckpointLoader.load_checkpoint(checkpoint, 'cpu')
    weights = content.get('state_dict', content)
    misfits = load_weights(model, weights).without(
        [f'{head}.*' for head in TRAINING_HEADS]
    )
    if misfits:
        network = describe_network(weights)
        raise ValueError(
            f'checkpoint {checkpoint!r} does not fit the model of the '
            f'config: {misfits}' + (f'; {network}' if network else '')
        )
    model.eval()
    return model, content.get('meta') or {}


def class_names(
    classes: int, meta: dict, label_file: Optional[str] = None
) -> Optional[List[str]]:
    """Return the names of the classes of a recognizer, if they are known.

    Training stores them in its checkpoints where the training data set has
    them, ``train_dataloader.dataset.metainfo.classes``: a list of names, or
    the path of a text file with one a line.

    Args:
        classes (int): Number of the classes.
        meta (dict): ``meta`` of the recognizer's checkpoint.
        label_file (str, optional): A text file with one name a line. Defaults
            to None, the names in ``meta``.

    Returns:
        list[str], optional: A name for each class; None where there are none.

    Raises:
        ValueError: If their number is not that of the classes.
    """
    if label_file is not None:
        source, names = (
            f'--label-file {label_file}',
            list_from_file(label_file),
        )
    else:
        source = 'dataset_meta.classes of the checkpoint'
        names = (meta.get('dataset_meta') or {}).get('classes')
    if not isinstance(names, (list, tuple)):  # not a list: no file was read
        return None
    names = [str(name) for name in names if str(name).strip()]
    if len(names) != classes:
        raise ValueError(f'{source}: {len(names)} names for {classes} classes')
    return names
