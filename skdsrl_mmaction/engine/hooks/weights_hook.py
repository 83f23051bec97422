import logging
from typing import Any, List, Mapping, Sequence, Set

import torch
from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.logging import print_log
from torch import nn

from ...models.heads import TRAINING_HEADS
from ...models.weights import (
    Misfits,
    describe_network,
    load_weights,
    without_wrapper,
)
from .bare_model import bare_model

_HEADS = tuple(f'{head}.*' for head in TRAINING_HEADS)


@HOOKS.register_module()
class WeightsHook(Hook):
    """Refuse a checkpoint whose weights do not fit the model.

    The stock Runner loads what fits and warns about the rest. Here every
    weight of the model must be in the file, of the same shape and finite, and
    every weight of the file must be used:

    - Resuming: without exception.
    - Testing: the heads that only training has are not compared.
    - ``load_from`` in training: the last layer of the classifier may be
      missing or of another shape, as in fine-tuning, and the training heads
      may be in one of file and model only. One warning names what starts
      from its initialization. Anything else must match ``allow_missing``.

    ``init_cfg`` is not concerned.

    Args:
        training (bool): Whether the run trains. Defaults to False.
        allow_missing (Sequence[str]): Patterns, such as ``neck.*``, of
            weights that ``load_from`` may leave as they are: missing from the
            file, of another shape, or unused. Defaults to ().
    """

    priority = 'VERY_HIGH'  # EMAHook copies the weights that are loaded

    def __init__(
        self, training: bool = False, allow_missing: Sequence[str] = ()
    ) -> None:
        self.training = training
        self.allow_missing = tuple(allow_missing)

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        """Compare the weights of a checkpoint with those of the model.

        Args:
            runner (Runner): The runner.
            checkpoint (dict): What the file holds; ``state_dict`` is replaced
                by weights that fit where some are allowed not to.

        Raises:
            ValueError: If they do not fit. The message says which and how
                many, and which network the file fits where that is easy to
                see.
        """
        weights = checkpoint.setdefault('state_dict', dict(checkpoint))
        model = bare_model(runner)
        if runner._resume and 'ema_state_dict' in checkpoint:
            average = dict(checkpoint['ema_state_dict'])
            average.pop('steps', None)
            self._refuse(runner, load_weights(model, average), average)
        misfits = load_weights(model, weights)
        refused = self._not_allowed(runner, misfits, weights)
        self._refuse(runner, refused, weights)
        if misfits:
            # Complete, so that the Runner loads it without a word.
            checkpoint['state_dict'] = {
                key: x.clone() if isinstance(x, torch.Tensor) else x
                for key, x in model.state_dict().items()
            }
            if self.training:
                print_log(
                    f'load_from={runner._load_from!r}: {misfits}; what the '
                    'file does not give starts from its initialization',
                    logger=runner.logger,
                    level=logging.WARNING,
                )

    def _not_allowed(self, runner, misfits: Misfits, weights: dict) -> Misfits:
        if runner._resume:
            return misfits
        if not self.training:
            return misfits.without(_HEADS)
        model = bare_model(runner)
        ours = _first_names(model.state_dict())
        theirs = _first_names(without_wrapper(weights))
        one_sided = [
            f'{head}.*'
            for head in TRAINING_HEADS
            if (head in ours) != (head in theirs)
        ]
        return misfits.without(
            [*self.allow_missing, *one_sided, *_last_layers(model)]
        )

    def _refuse(self, runner, misfits: Misfits, weights: dict) -> None:
        if not misfits:
            return
        message = (
            f'checkpoint {runner._load_from!r} does not fit the model, whose '
            f'weights must all be in it: {misfits}'
        )
        network = describe_network(weights)
        if network:
            message += f'; {network}'
        if self.training and not runner._resume and not misfits.not_finite:
            message += (
                '; allow_missing (--allow-missing) names weights that may '
                'start from their initialization or stay unused'
            )
        raise ValueError(message)


def _first_names(weights: Mapping[str, Any]) -> Set[str]:
    return {key.split('.')[0] for key in weights}


def _last_layers(model: nn.Module) -> List[str]:
    """Patterns of the layers that score the classes."""
    head = getattr(model, 'cls_head', None)
    return [
        f'cls_head.{name}.*' if name else 'cls_head.*'
        for name, layer in (head.named_modules() if head is not None else ())
        if isinstance(layer, nn.Linear)
        and layer.out_features == getattr(head, 'num_classes', None)
    ]
