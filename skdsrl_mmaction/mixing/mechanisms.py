"""Training mechanisms by name, for any stock config."""

from dataclasses import dataclass
from typing import Dict, Optional

from mmaction.models import MMRecognizer3D
from mmaction.registry import MODELS
from mmengine.config import Config

from ..utils import is_a
from .config import add_heads, skdsrl_heads


@dataclass(frozen=True)
class Mechanism:
    """What makes a stock recognizer train in some way.

    Attributes:
        family (str): Of recognizers: 'SKDSRL', for what differs from SKD-SRL
            in its two heads, or 'Distill'.
        model (dict): Keys of the model, which are its training heads.
        sampler (str, optional): Type of the training data's sampler; None
            for that of the config.
        hooks (tuple[dict]): Custom hooks that it needs.
    """

    family: str
    model: dict
    sampler: Optional[str] = None
    hooks: tuple = ()


def _in_place_of_eq_3(head: str) -> Mechanism:
    """SKD-SRL with another loss over the representations of two views."""
    heads = {**skdsrl_heads(), 'siamese_head': dict(type=head)}
    return Mechanism('SKDSRL', heads)


MECHANISMS: Dict[str, Mechanism] = {
    'two-views': Mechanism(
        'SKDSRL', dict(distill_head=None, siamese_head=None)
    ),
    'selfkd': Mechanism('SKDSRL', {**skdsrl_heads(), 'siamese_head': None}),
    'skdsrl': Mechanism('SKDSRL', skdsrl_heads()),
    'selfkd-best': Mechanism(
        'Distill',
        dict(train_heads=[dict(type='BestTeacherHead')]),
        hooks=(dict(type='BestTeacherHook'),),
    ),
    'ddgsd': Mechanism(
        'SKDSRL',
        dict(
            distill_head=None,
            siamese_head=None,
            train_heads=[dict(type='DDGSDHead')],
        ),
    ),
    'cskd': Mechanism(
        'Distill',
        dict(train_heads=[dict(type='CSKDHead')]),
        sampler='ClassPairSampler',
    ),
    'pskd': Mechanism(
        'Distill',
        dict(train_heads=[dict(type='PSKDHead')]),
        hooks=(dict(type='PastPredictionsHook'),),
    ),
    'byot': Mechanism('Distill', dict(train_heads=[dict(type='BYOTHead')])),
    'frskd': Mechanism('Distill', dict(train_heads=[dict(type='FRSKDHead')])),
    'barlow-twins': _in_place_of_eq_3('BarlowTwinsHead'),
    'simclr': _in_place_of_eq_3('SimCLRHead'),
    'supcon': _in_place_of_eq_3('SupConHead'),
    'vicreg': _in_place_of_eq_3('VICRegHead'),
    'byol': _in_place_of_eq_3('BYOLHead'),
    'swav': _in_place_of_eq_3('SwAVHead'),
}


def add_mechanism(cfg: Config, name: str) -> Config:
    """Apply a mechanism, with its defaults, to the config of a recognizer.

    Args:
        cfg (Config): The config of a stock recognizer; not modified.
        name (str): Of :data:`MECHANISMS`.

    Returns:
        Config: The new config; see :func:`~.config.add_skdsrl` for what
        changes.

    Raises:
        ValueError: If there is no such mechanism, or it cannot be applied.
    """
    if name not in MECHANISMS:
        raise ValueError(
            f'mechanism {name!r} is none of {", ".join(MECHANISMS)}'
        )
    mechanism = MECHANISMS[name]
    cfg = add_heads(cfg, mechanism.family, mechanism.model)
    if mechanism.sampler is not None:
        sampler = cfg.train_dataloader.get('sampler') or {}
        shuffle = sampler.get('shuffle', True)
        cfg.train_dataloader.sampler = dict(
            type=mechanism.sampler, shuffle=shuffle
        )
    if mechanism.hooks:
        added = [dict(hook) for hook in mechanism.hooks]
        two_modalities = is_a(MODELS, cfg.model.type, MMRecognizer3D)
        for hook in added:
            if two_modalities and hook['type'] == 'BestTeacherHook':
                # Their validation has no acc/top1.
                hook['monitor'] = 'acc/RGBPose_1:1_top1'
        cfg.custom_hooks = [*(cfg.get('custom_hooks') or []), *added]
    return cfg
