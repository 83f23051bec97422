"""The training heads of a recognizer, by the attributes that hold them."""

import copy

from torch import nn

# Also the first part of their weights' names.
TRAINING_HEADS = ('distill_head', 'siamese_head', 'train_heads')


def copy_without_heads(recognizer: nn.Module) -> nn.Module:
    """Copy a recognizer, with None in place of its training heads.

    Args:
        recognizer (nn.Module): Not modified; its heads are not copied.

    Returns:
        nn.Module: The copy, on the same device.
    """
    heads = [getattr(recognizer, name, None) for name in TRAINING_HEADS]
    # What deepcopy is told to have copied already, as None.
    return copy.deepcopy(recognizer, {id(head): None for head in heads})
