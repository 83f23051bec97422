"""The rules that every config of a comparison follows."""

import math
from typing import Any, Dict

from mmengine.config import Config

from ...engine.preflight import trains_on_two_views
from .data import PLACES

_VALIDATIONS = 20  # of a run, at most
_VALIDATION = [
    f'train_cfg.{key}'
    for key in ('val_begin', 'val_interval', 'dynamic_intervals')
]
# Keys that a comparison sets itself, and what a user does instead.
_RESERVED = {
    'param_scheduler': 'all configs get the same cosine schedule; use '
    'tools/train.py for another',
    'default_hooks.checkpoint': 'the last weights are kept and tested, or '
    'those that --val chooses',
    'randomness.seed': 'use --seeds',
    'work_dir': 'use --work-dir',
    'resume': 'a run that was stopped goes on by itself',
}
_RESERVED_BY_VAL = {
    False: {
        'val_cfg': 'nothing is validated, the last weights are tested',
        'val_dataloader': 'nothing is validated; set test_dataloader',
        'val_evaluator': 'nothing is validated; set test_evaluator',
        **dict.fromkeys(_VALIDATION, 'nothing is validated'),
    },
    True: {
        'val_cfg': '--val validates',
        **dict.fromkeys(_VALIDATION, '--val validates 20 times'),
        **{
            f'val_dataloader.dataset.{key}': '--val cuts it from training'
            for key in PLACES
        },
    },
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
    cfg_options: Dict[str, Any],
    budget: str,
    cross_validation: bool,
    validates: bool = False,
) -> None:
    """Refuse options on keys that the comparison sets itself.

    Args:
        cfg_options (dict): Dotted keys and their values.
        budget (str): 'steps' or 'compute', see :func:`set_protocol`.
        cross_validation (bool): Whether the data is split into folds here.
        validates (bool): See :func:`set_protocol`. Defaults to False.

    Raises:
        ValueError: If a key, a part or a parent of it is set by the
            comparison.
    """
    reserved = {
        **_RESERVED,
        **_RESERVED_BY_BUDGET[budget],
        **_RESERVED_BY_VAL[validates],
    }
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


def set_protocol(cfg: Config, budget: str, validates: bool = False) -> None:
    """Give a config the schedule that all configs share, in place.

    The learning rate falls on a cosine to 0 over the run. Nothing is
    validated, and the last weights are tested; or the run is validated up to
    20 times, and the best weights are tested. No schedule and no choice of a
    checkpoint depends on the test split.

    Args:
        cfg (Config): The whole config.
        budget (str): 'steps': equal optimizer steps. 'compute': a method
            that trains on one view of a video gets twice the epochs.
        validates (bool): Whether there is validation, on data that
            :func:`~.validation.use_validation` sets. Defaults to False.

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
    epochs = cfg.train_cfg.max_epochs
    cfg.param_scheduler = [
        dict(
            type='CosineAnnealingLR',
            T_max=epochs,
            eta_min=0,
            convert_to_iter_based=True,
        )
    ]
    cfg.resume = False
    checkpoint = dict(type='CheckpointHook', interval=-1)
    if validates:
        cfg.val_cfg = dict(type='ValLoop')
        for key in ('val_begin', 'dynamic_intervals'):
            cfg.train_cfg.pop(key, None)
        cfg.train_cfg.val_interval = math.ceil(epochs / _VALIDATIONS)
        checkpoint.update(save_best='acc/top1', rule='greater')
    else:
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.default_hooks = cfg.get('default_hooks') or {}
    cfg.default_hooks.checkpoint = checkpoint
    # Pictures are no part of what a run measures, nor of its key.
    cfg.default_hooks.pop('draw', None)
