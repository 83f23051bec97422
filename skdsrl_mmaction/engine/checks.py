"""Checks of weights and numbers during a run, for any config."""

import inspect
from typing import Sequence

from mmaction.datasets.transforms import PackActionInputs
from mmaction.registry import TRANSFORMS
from mmengine.config import Config

from ..utils import is_a, leaf_datasets
from .hooks.finite_hook import PATHS

# Which sample of its data set it is, and how a transform made it: its frames,
# and what was drawn.
MADE_BY = (
    'sample_idx',
    'frame_inds',
    'total_frames',
    'views',
    'operators',
    'flip',
    'crop_quadruple',
)


def add_checks(cfg: Config, training: bool) -> None:
    """Add the hooks that look after weights and numbers.

    They are named in ``default_hooks``, where a config or ``--cfg-options``
    may set their arguments, such as ``default_hooks.finite.max_skips=10``, or
    switch one off by None: ``weights`` (:class:`WeightsHook`), ``finite``
    (:class:`FiniteHook`) and, in training, ``collapse``
    (:class:`CollapseHook`). None switches ``draw`` off too, which configs name
    themselves. Training samples are packed with what
    :func:`pack_meta` says, so that an error can name them.

    Args:
        cfg (Config): The whole config; it is changed. Its ``allow_missing``,
            a pattern or a list of them, is handed to :class:`WeightsHook`.
        training (bool): Whether it is about to be trained.
    """
    # The Runner takes None for no hooks but its own.
    cfg.default_hooks = cfg.get('default_hooks') or {}
    hooks = cfg.default_hooks
    allowed = cfg.get('allow_missing') or []
    added = dict(
        weights=dict(
            type='WeightsHook',
            training=training,
            allow_missing=[allowed] if isinstance(allowed, str) else allowed,
        ),
        finite=dict(type='FiniteHook'),
    )
    if training:
        added['collapse'] = dict(type='CollapseHook')
    for key, hook in added.items():
        given = hooks.pop(key, {})
        if given is not None:
            hooks[key] = dict(hook, **given)
    # The Runner takes None only for hooks that it adds itself.
    if hooks.get('draw', hooks) is None:
        del hooks['draw']
    if training:
        pack_meta(cfg.train_dataloader.dataset)


def pack_meta(
    dataset: dict, added: Sequence[str] = (*PATHS, *MADE_BY)
) -> None:
    """Have samples packed with their path, and with how they were made.

    Args:
        dataset (dict): Config of a data set or a wrapper; is modified.
        added (Sequence[str]): Keys that are packed, where a sample has them.
            Defaults to ``(*PATHS, *MADE_BY)``.
    """
    stock = inspect.signature(PackActionInputs).parameters['meta_keys'].default
    for _, leaf in leaf_datasets('dataset', dataset):
        for transform in leaf.get('pipeline', []):
            if is_a(TRANSFORMS, transform['type'], PackActionInputs):
                keys = transform.get('meta_keys', stock)
                keys = dict.fromkeys([*keys, *added])
                transform['meta_keys'] = list(keys)
