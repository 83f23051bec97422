"""What the config of a recognizer says of its training heads."""

from typing import List

from mmaction.registry import MODELS
from mmaction.utils import ConfigType

from ...utils import find_type
from .training_heads import TrainingHeadsMixin


def head_configs(model: ConfigType) -> List[ConfigType]:
    """Return the configs of a model's training heads that will be built.

    Args:
        model (dict): Its config.

    Returns:
        list[dict]: Of a stock recognizer none; a head that the config leaves
        out, and the recognizer does not, is among them.
    """
    kind = find_type(MODELS, model['type'])
    if not issubclass(kind, TrainingHeadsMixin):
        return []
    own = (model.get(key, head) for key, head in kind.own_heads.items())
    return [
        *(head for head in own if head is not None),
        *(model.get('train_heads') or ()),
    ]


def count_views(model: ConfigType) -> int:
    """Return the number of views that a model trains on.

    Args:
        model (dict): Its config.

    Returns:
        int: 1 for a stock recognizer.

    Raises:
        ValueError: If its heads take different numbers.
    """
    kind = find_type(MODELS, model['type'])
    if not issubclass(kind, TrainingHeadsMixin):
        return 1
    return kind.count_views(model.get('train_heads') or ())
