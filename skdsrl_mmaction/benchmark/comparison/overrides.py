"""Change what all configs of a comparison share."""

from typing import Any, Dict, Iterator, List, Optional

from mmengine.config import Config

SPLITS = ('train', 'val', 'test')


def splits_of(cfg: Config) -> List[str]:
    """Return the splits that a config uses: 'val' where it validates.

    Args:
        cfg (Config): The whole config.
    """
    return [x for x in SPLITS if cfg.get(f'{x}_dataloader') is not None]


def apply_overrides(
    cfg: Config,
    epochs: Optional[int] = None,
    width: Optional[int] = None,
    num_classes: Optional[int] = None,
    transform_options: Optional[Dict[str, Any]] = None,
    cfg_options: Optional[Dict[str, Any]] = None,
) -> None:
    """Apply the options of a comparison to a config, in place.

    Args:
        cfg (Config): The whole config.
        epochs (int, optional): Passes over the training split.
        width (int, optional): Channels of the backbone's stem
            (``base_channels``), of student and teacher; the input channels
            of the classifier are scaled alike.
        num_classes (int, optional): Classes of student and teacher.
        transform_options (dict, optional): ``{'Resize.scale': (-1, 64)}``
            sets that argument of every such transform, at any depth of the
            pipelines.
        cfg_options (dict, optional): Dotted keys and their values, merged
            last.

    Raises:
        ValueError: If no pipeline has a transform of ``transform_options``.
    """
    for model in _models(cfg.model):
        if width is not None:
            before = model.backbone.get('base_channels', 64)
            model.backbone.base_channels = width
            model.cls_head.in_channels = (
                model.cls_head.in_channels * width // before
            )
        if num_classes is not None:
            model.cls_head.num_classes = num_classes
    if epochs is not None:
        cfg.train_cfg.max_epochs = epochs
    for key, value in (transform_options or {}).items():
        _set_transforms(cfg, key, value)
    cfg.merge_from_dict(cfg_options or {})


def _models(model: dict) -> Iterator[dict]:
    yield model
    if model.get('teacher'):
        yield model.teacher


def _set_transforms(cfg: Config, key: str, value: Any) -> None:
    kind, _, argument = key.partition('.')
    steps = [
        step
        for split in splits_of(cfg)
        for step in _typed(cfg[f'{split}_dataloader'].dataset)
        if step['type'] == kind
    ]
    if not steps or not argument:
        raise ValueError(
            f'--transform-options {key}={value!r} must be '
            'TRANSFORM.ARGUMENT=VALUE, of a transform in the pipelines of '
            f'{cfg.filename}'
        )
    for step in steps:
        step[argument] = value


def _typed(part: Any) -> Iterator[dict]:
    """Yield every dict with a type in a dataset's config, at any depth."""
    if isinstance(part, dict):
        if 'type' in part:
            yield part
        part = list(part.values())
    if isinstance(part, (list, tuple)):
        for child in part:
            yield from _typed(child)
