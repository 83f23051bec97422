"""Build training heads for a recognizer, and say what they need."""

import inspect
from typing import Any, Dict, Iterable, Optional

from mmaction.registry import MODELS
from mmaction.utils import ConfigType, OptConfigType
from torch import nn

from ...utils import find_type, is_a
from ..meta import build_on_meta
from ..views import count_channels
from .training_head import TrainingHead


def find_head(cfg: ConfigType) -> type:
    """Return the class of a training head.

    Args:
        cfg (dict): Its config.

    Returns:
        type: A :class:`TrainingHead`.

    Raises:
        ValueError: If its type is another one.
    """
    if not is_a(MODELS, cfg['type'], TrainingHead):
        raise ValueError(
            f'type={cfg["type"]!r} of a training head is no TrainingHead'
        )
    return find_type(MODELS, cfg['type'])


def views_of_heads(heads: Iterable[ConfigType]) -> int:
    """Return the number of views that some heads work on.

    Args:
        heads (Iterable[dict]): Their configs.

    Returns:
        int: 1 where they take any number.

    Raises:
        ValueError: If they take different numbers.
    """
    views = {
        find_head(head).__name__: find_head(head).num_views for head in heads
    }
    wanted = set(views.values()) - {None}
    if len(wanted) > 1:
        raise ValueError(
            f'training heads take different numbers of views, {views}'
        )
    return wanted.pop() if wanted else 1


def takes_stages(cfg: ConfigType) -> bool:
    """Return whether a head takes features of the backbone's stages."""
    return 'stage_channels' in inspect.signature(find_head(cfg)).parameters


def build_head(
    cfg: ConfigType,
    in_channels: int,
    num_classes: int,
    backbone: Optional[nn.Module],
    dims: int,
    teacher: OptConfigType = None,
    recognizer: Optional[nn.Module] = None,
) -> TrainingHead:
    """Build a training head, with what it takes from its recognizer.

    Args:
        cfg (dict): Config of the head.
        in_channels (int): D, the width of the representation.
        num_classes (int): K.
        backbone (nn.Module, optional): That of the recognizer; None for a
            head that takes no stages.
        dims (int): 3 for a network over clips, 2 for one over images.
        teacher (dict, optional): Config of the recognizer's teacher.
        recognizer (nn.Module, optional): The recognizer, as far as it is
            built; None for a head that does not take it.

    Returns:
        TrainingHead: The head.

    Raises:
        ValueError: If it needs a teacher and there is none, ``in_channels``
            of its config is another number, or a stage does not exist.
    """
    kind = find_head(cfg)
    if kind.needs_teacher and teacher is None:
        raise ValueError(
            f'{kind.__name__} learns from a teacher, but model.teacher is None'
        )
    if cfg.get('in_channels') not in (None, in_channels):
        raise ValueError(
            f'in_channels={cfg["in_channels"]} of {kind.__name__}, but the '
            f'classifier sees {in_channels} channels; leave in_channels out'
        )
    facts: Dict[str, Any] = dict(
        in_channels=in_channels,
        num_classes=num_classes,
        recognizer=recognizer,
    )
    wanted = inspect.signature(kind).parameters
    if takes_stages(cfg):
        stages = cfg.get('stages', kind.stages)
        facts['stage_channels'] = count_channels(backbone, stages, dims)
    if 'teacher_channels' in wanted:
        stages = cfg.get('teacher_stages', kind.teacher_stages)
        network = build_on_meta(teacher['backbone'])
        facts['teacher_channels'] = count_channels(network, stages, dims)
    facts = {key: facts[key] for key in facts if key in wanted}
    return MODELS.build({**cfg, **facts})
