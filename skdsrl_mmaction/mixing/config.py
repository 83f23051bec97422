"""Apply SKD-SRL to the config of a stock recognizer."""

import copy
from typing import Iterator, Tuple

import torch
from mmaction.engine.optimizers import (
    LearningRateDecayOptimizerConstructor,
    TSMOptimWrapperConstructor,
)
from mmaction.models import (
    MMRecognizer3D,
    Recognizer2D,
    Recognizer3D,
    RecognizerAudio,
    RecognizerGCN,
    RecognizerOmni,
)
from mmaction.registry import MODELS, OPTIM_WRAPPER_CONSTRUCTORS
from mmengine.config import Config
from torch import nn

from ..engine.loops import use_resumable_loop
from ..models.heads import build_head, takes_stages
from ..models.meta import build_on_meta
from ..models.recognizers import count_views, head_configs
from ..models.recognizers.classifier import representation_width
from ..models.recognizers.training_heads import TrainingHeadsMixin
from ..utils import find_type, import_first, is_a, leaf_datasets
from .pipeline import two_view_pipeline
from .two_pass import needs_two_passes, two_pass_pipeline

# Those that SKD-SRL trains; the family is put in front of their names.
RECOGNIZERS = (
    Recognizer2D,
    Recognizer3D,
    RecognizerGCN,
    RecognizerAudio,
    MMRecognizer3D,
    RecognizerOmni,
)
TRAIN_PART = ('model', 'train_dataloader', 'train_cfg', 'optim_wrapper')


def add_skdsrl(
    cfg: Config,
    alpha: float = 0.1,
    beta: float = 1.0,
    tau: float = 10,
    same_clip: bool = False,
    photometric: bool = True,
) -> Config:
    """Apply SKD-SRL to the config of a stock recognizer.

    These keys change:

    - the model's type and its training heads;
    - the training pipelines (see :func:`two_view_pipeline` for frames and
      :func:`two_pass_pipeline` for skeletons and audio);
    - ``custom_imports``;
    - ``train_cfg``: a stock loop becomes the one of this package that resumes
      an interrupted run bit for bit;
    - ``default_hooks.draw``, which draws the run, where it is not set;
    - ``drop_last`` of the training loader where it is not set, since the
      predictor's BatchNorm cannot train on a last batch of one video;
    - the optimizer constructors of TSM and MViT, so that every stock
      parameter keeps its learning rate.

    Validation, test, optimizer, schedule and the source of the initial
    weights do not change.

    Args:
        cfg (Config): A config for one of ``RECOGNIZERS``, with its training
            part; not modified.
        alpha (float): Weight of the distillation loss in Eq. 5, >= 0.
            Defaults to 0.1.
        beta (float): Weight of the similarity loss in Eq. 5, >= 0. Defaults
            to 1.
        tau (float): Temperature of Eq. 2, > 0. Defaults to 10.
        same_clip (bool): Whether both views are made of the same frames.
            Defaults to False.
        photometric (bool): Whether operators are added to each view: the
            paper's photometric ones to RGB frames, others to skeletons and
            audio, none to heatmaps and optical flow. Defaults to True.

    Returns:
        Config: The new config.

    Raises:
        ValueError: If the config has no training part, trains with SKD-SRL
            already, trains another kind of recognizer or a head without a
            linear classifier, if a pipeline has no sampler or no other step
            that the views are made from, or if a weight or the temperature
            is out of range.
    """
    heads = skdsrl_heads(alpha, beta, tau)
    return add_heads(cfg, 'SKDSRL', heads, same_clip, photometric)


def skdsrl_heads(
    alpha: float = 0.1, beta: float = 1.0, tau: float = 10
) -> dict:
    """Return the two heads of SKD-SRL; see :func:`add_skdsrl`."""
    return dict(
        distill_head=dict(type='SelfDistillHead', tau=tau, loss_weight=alpha),
        siamese_head=dict(type='SiameseHead', loss_weight=beta),
    )


def add_heads(
    cfg: Config,
    family: str,
    heads: dict,
    same_clip: bool = False,
    photometric: bool = True,
) -> Config:
    """Have a stock recognizer trained with training heads.

    See :func:`add_skdsrl` for what changes. The pipelines change where the
    heads work on two views.

    Args:
        cfg (Config): The config of a stock recognizer; not modified.
        family (str): Of the recognizer: 'SKDSRL' for one with
            ``distill_head`` and ``siamese_head``, or 'Distill'.
        heads (dict): Keys of the model.
        same_clip (bool): See :func:`add_skdsrl`.
        photometric (bool): See :func:`add_skdsrl`.

    Returns:
        Config: The new config.

    Raises:
        ValueError: If that is not possible, see :func:`add_skdsrl`.
    """
    cfg = copy.deepcopy(cfg)
    _check_train_part(cfg)
    cfg.model.update(type=_mixed_type(cfg.model, family), **heads)
    _check_heads(cfg.model)
    draw = dict(type='DrawHook')
    if not _takes_rgb_alone(cfg):
        draw['views'] = False
    if count_views(cfg.model) == 2:
        _make_views(cfg, same_clip, photometric)
    cfg.train_dataloader.setdefault('drop_last', True)
    use_resumable_loop(cfg.train_cfg)
    _keep_learning_rates(cfg.optim_wrapper)
    cfg.default_hooks = {'draw': draw, **(cfg.get('default_hooks') or {})}
    import_first(cfg, 'skdsrl_mmaction')
    return cfg


def _check_train_part(cfg: Config) -> None:
    missing = [key for key in TRAIN_PART if cfg.get(key) is None]
    if missing:
        raise ValueError(
            f'there is no training to apply SKD-SRL to: {", ".join(missing)} '
            'missing; add the training part of another config'
        )
    for key in TRAIN_PART:
        if not isinstance(cfg[key], dict):
            raise ValueError(
                f'{key} must be a dict, but is a {type(cfg[key]).__name__}; '
                'take out the comma behind it, if there is one'
            )


def _mixed_type(model: dict, family: str) -> str:
    kind = model['type']
    found = find_type(MODELS, kind)
    if found in RECOGNIZERS:
        return f'{family}{found.__name__}'
    if is_a(MODELS, kind, TrainingHeadsMixin):
        raise ValueError(f'model.type={kind!r} has training heads already')
    names = ', '.join(stock.__name__ for stock in RECOGNIZERS)
    raise ValueError(
        f'model.type={kind!r} is none of {names}, those that SKD-SRL trains'
    )


def _check_heads(model: dict) -> None:
    """Build the heads on the meta device, which needs no memory."""
    head = model.get('cls_head')
    with torch.device('meta'):
        built = head and MODELS.build(head)
        width = representation_width(built)
        if width is None:
            raise ValueError(
                f'model.cls_head={head and head["type"]!r} has no linear '
                'classifier with num_classes outputs, whose input is the '
                'representation of SKD-SRL'
            )
        for cfg in head_configs(model):
            backbone = takes_stages(cfg) and build_on_meta(model['backbone'])
            build_head(
                cfg,
                width,
                built.num_classes,
                backbone or None,
                dims=3 if model['type'].endswith('3D') else 2,
                teacher=model.get('teacher'),
                recognizer=nn.Module(),  # a head copies it as it is
            )


def _make_views(cfg: Config, same_clip: bool, photometric: bool) -> None:
    """Let every training pipeline make two views."""
    # Stock configs hold the same list at the top level too.
    stock = cfg.get('train_pipeline')
    for key, dataset in _training_datasets(cfg):
        before = dataset.get('pipeline') or []
        if needs_two_passes(before):
            make, operators = two_pass_pipeline, photometric
        else:
            # Optical flow has no colours.
            operators = photometric and _is_rgb(dataset)
            make = two_view_pipeline
        dataset.pipeline = make(
            before, same_clip, operators, f'{key}.pipeline'
        )
        if before == stock:
            cfg.train_pipeline = dataset.pipeline


def _training_datasets(cfg: Config) -> Iterator[Tuple[str, dict]]:
    return leaf_datasets(
        'train_dataloader.dataset', cfg.train_dataloader.dataset
    )


def _is_rgb(dataset: dict) -> bool:
    """Return whether a dataset without skeletons or audio has RGB frames."""
    return dataset.get('modality', 'RGB') == 'RGB'


def _takes_rgb_alone(cfg: Config) -> bool:
    """Return whether a batch is RGB frames, which can be drawn."""
    return 'other_loaders' not in cfg.train_cfg and all(
        _is_rgb(dataset)
        and not needs_two_passes(dataset.get('pipeline') or [])
        for _, dataset in _training_datasets(cfg)
    )


def _keep_learning_rates(optim_wrapper: dict) -> None:
    """Replace the stock constructors that mistake the Siamese head."""
    constructor = find_type(
        OPTIM_WRAPPER_CONSTRUCTORS, optim_wrapper.get('constructor')
    )
    for stock in (
        LearningRateDecayOptimizerConstructor,
        TSMOptimWrapperConstructor,
    ):
        if constructor is stock:
            optim_wrapper['constructor'] = f'SKDSRL{stock.__name__}'
