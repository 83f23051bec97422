"""A frozen network that another one learns from."""

from mmaction.registry import MODELS
from mmaction.utils import ConfigType
from mmengine.runner import CheckpointLoader
from torch import nn

from .heads.names import TRAINING_HEADS, copy_without_heads
from .weights import describe_network, load_weights


def load_teacher(cfg: ConfigType, checkpoint: str) -> nn.Module:
    """Build a teacher, load its weights and freeze it.

    Args:
        cfg (dict): Config of the teacher, a recognizer.
        checkpoint (str): Path or URL of its weights.

    Returns:
        nn.Module: The teacher, on the CPU, in evaluation mode.

    Raises:
        ValueError: If ``checkpoint`` is missing, is not a checkpoint or does
            not fit ``cfg``: every weight must be there, of the same shape,
            finite and used.
        FileNotFoundError: If there is no such file.
    """
    if checkpoint is None:
        raise ValueError(
            'model.teacher_checkpoint must be the weights of the teacher, '
            'but is None; train the teacher first'
        )
    content = CheckpointLoader.load_checkpoint(checkpoint, 'cpu')
    weights = content.get('state_dict', content)
    teacher = MODELS.build(cfg)
    # A teacher trained with SKD-SRL has training heads, perhaps in its file
    # alone.
    misfits = load_weights(teacher, weights).without(
        [f'{head}.*' for head in TRAINING_HEADS]
    )
    if misfits:
        network = describe_network(weights)
        raise ValueError(
            f'model.teacher_checkpoint={checkpoint!r} does not fit '
            f'model.teacher: {misfits}' + (f'; {network}' if network else '')
        )
    return teacher.requires_grad_(False).train(False)


def copy_as_teacher(model: nn.Module) -> nn.Module:
    """Copy a recognizer without what only its training needs, frozen.

    Args:
        model (nn.Module): A recognizer with training heads and no teacher;
            not modified.

    Returns:
        nn.Module: The copy, on the same device, in evaluation mode.
    """
    return copy_without_heads(model).requires_grad_(False).train(False)
