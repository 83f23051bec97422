"""Loading weights, and saying which of them do not fit."""

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Dict, List, Mapping, Optional, Sequence

import torch
from torch import Tensor, nn

from .backbones import describe_r3d

_NAMED = 3  # weights that a message names before it says how many


@dataclass
class Misfits:
    """Weights that were not loaded, or should not have been.

    Attributes:
        missing (list[str]): Weights of the model that are not in the file.
        unused (list[str]): Weights of the file that the model does not have.
        misshapen (dict[str, str]): Weights of another shape, and both shapes.
        not_finite (list[str]): Weights that hold NaN or infinity.
    """

    missing: List[str] = field(default_factory=list)
    unused: List[str] = field(default_factory=list)
    misshapen: Dict[str, str] = field(default_factory=dict)
    not_finite: List[str] = field(default_factory=list)

    def without(self, patterns: Sequence[str]) -> 'Misfits':
        """Leave out what may be absent; what is not finite stays.

        Args:
            patterns (Sequence[str]): As of a shell, such as ``cls_head.*``.

        Returns:
            Misfits: The others.
        """

        def kept(key: str) -> bool:
            return not any(fnmatchcase(key, each) for each in patterns)

        return Misfits(
            [key for key in self.missing if kept(key)],
            [key for key in self.unused if kept(key)],
            {k: text for k, text in self.misshapen.items() if kept(k)},
            self.not_finite,
        )

    def keys(self) -> List[str]:
        """Return the names of all of them."""
        return [
            *self.missing,
            *self.unused,
            *self.misshapen,
            *self.not_finite,
        ]

    def __bool__(self) -> bool:
        return bool(self.keys())

    def __str__(self) -> str:
        shapes = [f'{key}: {text}' for key, text in self.misshapen.items()]
        kinds = (
            (self.missing, 'missing from the file'),
            (self.unused, 'of the file not in the model'),
            (shapes, 'of another shape'),
            (self.not_finite, 'not finite'),
        )
        return ', '.join(
            f'{len(keys)} {what} ({_first(keys)})'
            for keys, what in kinds
            if keys
        )


def _first(keys: Sequence[str]) -> str:
    more = ['…'] if len(keys) > _NAMED else []
    return ', '.join([*keys[:_NAMED], *more])


def load_weights(model: nn.Module, weights: Mapping[str, Any]) -> Misfits:
    """Load what fits and report what does not.

    Names are compared after the load hooks of the modules, which may rename
    the weights of older versions. BatchNorm's count of batches, which old
    files lack, is not missed.

    Args:
        model (nn.Module): Receives the weights that fit.
        weights (Mapping[str, Tensor]): ``state_dict`` of a checkpoint; names
            may begin with ``module.``.

    Returns:
        Misfits: All that does not fit, empty where the load was complete.
    """
    found = Misfits()
    metadata = getattr(weights, '_metadata', None) or {}
    wanted = model.state_dict()

    def load(module: nn.Module, given: Dict[str, Any], prefix: str) -> None:
        # As torch does, which keeps to itself which shapes differ.
        module._load_from_state_dict(
            given,
            prefix,
            metadata.get(prefix[:-1], {}),
            True,
            found.missing,
            found.unused,
            [],
        )
        own = (*module._parameters, *module._buffers)
        for key in (f'{prefix}{name}' for name in own):
            if key in wanted and key in given:
                _compare(key, given[key], wanted[key], found)
        for name, child in module._modules.items():
            if child is not None:
                inner = f'{prefix}{name}.'
                part = {k: v for k, v in given.items() if k.startswith(inner)}
                load(child, part, inner)

    load(model, without_wrapper(weights), '')
    found.missing = [
        key for key in found.missing if not key.endswith('_batches_tracked')
    ]
    return found


def without_wrapper(weights: Mapping[str, Any]) -> Dict[str, Any]:
    """Return weights without the ``module.`` of a data parallel model."""
    return {re.sub(r'^module\.', '', key): x for key, x in weights.items()}


def _compare(key: str, given: Any, wanted: Tensor, found: Misfits) -> None:
    if not isinstance(given, Tensor):
        kind = type(given).__name__
        found.misshapen[key] = f'a {kind} and no tensor in the file'
    elif given.shape != wanted.shape:
        found.misshapen[key] = (
            f'{tuple(given.shape)} in the file, '
            f'{tuple(wanted.shape)} in the model'
        )
    elif not is_finite(given):
        found.not_finite.append(key)


def is_finite(tensor: Tensor) -> bool:
    """Return whether no number is NaN or infinite, of any kind of tensor."""
    return bool(torch.isfinite(tensor).all())


def describe_network(weights: Mapping[str, Any]) -> Optional[str]:
    """Say which network has these weights, where that is easy to see.

    Args:
        weights (Mapping[str, Tensor]): ``state_dict`` of a checkpoint.

    Returns:
        str | None: A sentence about the 3D ResNets that fit exactly; None
        for other networks.
    """
    weights = without_wrapper(weights)
    try:
        backbone = describe_r3d(weights)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return None
    options = ', '.join(f'{key}={value!r}' for key, value in backbone.items())
    classes = len(weights.get('cls_head.fc_cls.weight', ()))
    return f'the file fits R3D({options}) with {classes} classes'
