"""Activation checkpointing that several passes and processes can share."""

import functools
import sys
import types

from torch.utils import checkpoint


def checkpoint_without_reentry() -> None:
    """``with_cp=True``: ``Expected to mark a variable ready only once``.

    The host calls ``torch.utils.checkpoint.checkpoint`` without
    ``use_reentrant``, which then runs a backward pass of its own for every
    block. A block that is used twice, as by two views, is then reduced twice
    by DistributedDataParallel. Without re-entry there is one backward pass:
    its gradients are those without checkpointing, also where they are
    accumulated, and PyTorch warns no more. Unnecessary once PyTorch makes
    ``use_reentrant=False`` the default, as it announces.
    """
    import mmaction.models  # noqa: F401  so that its modules are there

    stand_in = types.SimpleNamespace(
        checkpoint=functools.partial(
            checkpoint.checkpoint, use_reentrant=False
        )
    )
    for name, module in list(sys.modules.items()):
        if name.startswith('mmaction.models.backbones.'):
            for key, value in list(vars(module).items()):
                if value is checkpoint:
                    setattr(module, key, stand_in)
