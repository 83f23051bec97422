"""The rules that every config of a comparison follows."""

from typing import Any, Dict

from mmengine.config import Config

from ...engine.preflight import trains_on_two_views

# Keys that a comparison sets itself, and what a user does instead.
_RESERVED = {
    'param_scheduler': 'all configs get the same cosine schedule; use '
    'tools/train.py for another',
    'val_cfg': 'nothing is validated, the last weights are tested',
    'val_dataloader': 'nothing is validated; set test_dataloader',
    'val_evaluator': 'nothing is validated; set test_evaluator',
    'train_cfg.val_begin': 'nothing is validated',
    'train_cfg.val_interval': 'nothing is validated',
    'train_cfg.dynamic_intervals': 'nothing is validated',
    'default_hooks.checkpoint': 'the last weights are kept and tested',
    'randomness.seed': 'use --seeds',
    'work_dir': 'use --work-dir',
    'resume': 'a run that was stopped starts anew',
}
_RESERVED_BY_BUDGET = {
    'steps': {},
    'compute': {'train_cfg.max_epochs': 'use --epochs'},
}
_RESERVED_BY_FOLDS = {
    f'{split}_dataloader.dataset.{key}': f'use {option}'
    for split in ('train', 'test')
    for key, option in (
        ('ann_file', '--ann-file'),
        ('data_prefix', '--data-prefix'),
        ('data_root', '--data-prefix'),
    )
}


def check_options(
    cfg_options: Dict[str, Any], budget: str, cross_validation: bool
) -> None:
    """Refuse options on keys that the comparison sets itself.

    Args:
        cfg_options (dict): Dotted keys and their values.
        budget (str): 'steps' or 'compute', see :func:`set_protocol`.
        cross_validation (bool): Whether the data is split into folds here.

    Raises:
        ValueError: If a key, a part or a parent of it is set by the
            comparison.
    """
    reserved = {**_RESERVED, **_RESERVED_BY_BUDGET[budget]}
    if cross_validation:
        reserved.update(_RESERVED_BY_FOLDS)
    for key, value in _leaves(cfg_options):
        for taken, instead in reserved.items():
            if f'{key}.'.startswith(f'{taken}.') or taken.startswith(
                f'{key}.'
            ):
                raise ValueError(
                    f'--cfg-options {key}={value!r}: the comparison sets '
                    f'{taken} itself; {instead}'
                )


def _leaves(options: Dict[str, Any], at: str = ''):
    for key, value in options.items():
        if isinstance(value, dict):
            yield from _leaves(value, f'{at}{key}.')
        else:
            yield f'{at}{key}', value


def set_protocol(cfg: Config, budget: str) -> None:
    """Give a config the schedule that all configs share, in place.

    The learning rate falls on a cosine to 0 over the run, nothing is
    validated, and the last weights are tested. So no schedule and no choice
    of a checkpoint depends on the test split.

    Args:
        cfg (Config): The whole config.
        budget (str): 'steps': equal optimizer steps. 'compute': a method
            that trains on one view of a video gets twice the epochs.

    Raises:
        ValueError: If the config does not count its training in epochs.
    """
    if 'max_epochs' not in cfg.train_cfg:
        raise ValueError(
            f'train_cfg={cfg.train_cfg} of {cfg.filename} must set max_epochs '
            'and use EpochBasedTrainLoop'
        )
    if budget == 'compute' and not trains_on_two_views(cfg):
        cfg.train_cfg.max_epochs *= 2
    cfg.param_scheduler = [
        dict(
            type='CosineAnnealingLR',
            T_max=cfg.train_cfg.max_epochs,
            eta_min=0,
            convert_to_iter_based=True,
        )
    ]
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.resume = False
    cfg.default_hooks.checkpoint = dict(type='CheckpointHook', interval=-1)
    # Pictures are no part of what a run measures, nor of its key.
    cfg.default_hooks.pop('draw', None)
