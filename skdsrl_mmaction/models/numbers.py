"""Whether the numbers of a config are ones that a model can work with."""

import math
from numbers import Integral, Real

import torch
from mmaction.models import ActionDataPreprocessor
from torch import nn


def is_positive(value: object) -> bool:
    """Return whether a value is a finite number above 0."""
    return is_not_negative(value) and value > 0


def is_not_negative(value: object) -> bool:
    """Return whether a value is a finite number of at least 0."""
    return isinstance(value, Real) and math.isfinite(value) and value >= 0


def require_positive(key: str, value: object) -> None:
    """Refuse a value that is no finite number above 0.

    Args:
        key (str): What the value is, for the error.
        value (object): Of a config.

    Raises:
        ValueError: If it is out of range.
    """
    if not is_positive(value):
        raise ValueError(f'{key} must be finite and > 0, but is {value!r}')


def require_not_negative(key: str, value: object) -> None:
    """Refuse a value that is no finite number of at least 0.

    Args:
        key (str): What the value is, for the error.
        value (object): Of a config.

    Raises:
        ValueError: If it is out of range.
    """
    if not is_not_negative(value):
        raise ValueError(f'{key} must be finite and >= 0, but is {value!r}')


def require_integer(key: str, value: object, least: int = 1) -> None:
    """Refuse a value that is no integer, or a smaller one.

    Args:
        key (str): What the value is, for the error.
        value (object): Of a config.
        least (int): The smallest that is allowed. Defaults to 1.

    Raises:
        ValueError: If it is out of range, or True or False.
    """
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or value < least:
        raise ValueError(
            f'{key} must be an integer >= {least}, but is {value!r}'
        )


def check_numbers(model: nn.Module) -> None:
    """Refuse weights of losses and a std that make every loss NaN or infinite.

    Args:
        model (nn.Module): A model that was built from a config.

    Raises:
        ValueError: If a ``loss_weight`` or ``class_weight`` in it is not
            finite, or ``data_preprocessor.mean`` is not finite, or
            ``data_preprocessor.std`` is not finite and positive.
    """
    for name, module in model.named_modules():
        prefix = f'model.{name}.' if name else 'model.'
        for key in ('loss_weight', 'class_weight'):
            _check(prefix + key, getattr(module, key, None))
        if isinstance(module, ActionDataPreprocessor):
            _check(f'{prefix}mean', getattr(module, 'mean', None))
            _check(f'{prefix}std', getattr(module, 'std', None), positive=True)


def _check(key: str, value: object, positive: bool = False) -> None:
    if not isinstance(value, (Real, list, tuple, torch.Tensor)):
        return
    if isinstance(value, torch.Tensor) and value.is_meta:  # it has no values
        return
    numbers = torch.as_tensor(value, dtype=torch.float64, device='cpu')
    good = torch.isfinite(numbers) & ((numbers > 0) | (not positive))
    if not good.all():
        raise ValueError(
            f'{key}={numbers.squeeze().tolist()} must be finite'
            + (' and > 0' if positive else '')
        )
