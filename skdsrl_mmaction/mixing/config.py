"""SKD-SRL mixed into the config of any stock RGB recognizer."""

import copy

import torch
from mmaction.models import Recognizer2D, Recognizer3D
from mmaction.registry import MODELS, OPTIM_WRAPPER_CONSTRUCTORS
from mmengine.config import Config

from ..models.recognizers.classifier import find_classifier
from ..models.recognizers.skdsrl import SKDSRLMixin
from ..utils import leaf_datasets
from .pipeline import two_view_pipeline

TRAIN_PART = ('model', 'train_dataloader', 'train_cfg', 'optim_wrapper')


def add_skdsrl(
    cfg: Config,
    alpha: float = 0.1,
    beta: float = 1.0,
    tau: float = 10,
    same_clip: bool = False,
    photometric: bool = True,
) -> Config:
    """Make the config of a stock recognizer train it with SKD-SRL.

    Changed are the model's type and training heads, the training pipelines
    (see :func:`two_view_pipeline`), ``custom_imports``, ``drop_last`` of the
    training loader where it is not set, since the predictor's BatchNorm
    cannot train on a last batch of one video, and the optimizer constructors
    of TSM and MViT, so that every stock parameter keeps its learning rate.
    Validation, test, optimizer, schedule, and where weights come from stay
    as they are.

    Args:
        cfg (Config): A config for ``Recognizer2D`` or ``Recognizer3D`` over
            RGB frames, with its training part; left as it is.
        alpha (float): Weight of the distillation loss in Eq. 5, >= 0.
            Defaults to 0.1.
        beta (float): Weight of the similarity loss in Eq. 5, >= 0. Defaults
            to 1.
        tau (float): Temperature of Eq. 2, > 0. Defaults to 10.
        same_clip (bool): Whether both views are made of the same frames.
            Defaults to False.
        photometric (bool): Whether the paper's photometric operators are
            added to each view. Defaults to True.

    Returns:
        Config: The mixed config.

    Raises:
        ValueError: If the config has no training part, is mixed already,
            trains another kind of recognizer, optical flow, or a head
            without a linear classifier, if a pipeline cannot be taken
            apart, or if a weight or the temperature is out of range.
    """
    cfg = copy.deepcopy(cfg)
    _check_train_part(cfg)
    cfg.model.update(
        type=_mixed_type(cfg.model),
        distill_head=dict(type='SelfDistillHead', tau=tau, loss_weight=alpha),
        siamese_head=dict(type='SiameseHead', loss_weight=beta),
    )
    _check_heads(cfg.model)
    # Stock configs keep the list once more at the top level.
    stock = cfg.get('train_pipeline')
    for key, dataset in leaf_datasets(
        'train_dataloader.dataset', cfg.train_dataloader.dataset
    ):
        if dataset.get('modality', 'RGB') != 'RGB':
            raise ValueError(
                f'{key}.modality={dataset.modality!r}: SKD-SRL mixes into '
                "configs with modality='RGB' only"
            )
        before = dataset.get('pipeline') or []
        dataset.pipeline = two_view_pipeline(
            before, same_clip, photometric, f'{key}.pipeline'
        )
        if before == stock:
            cfg.train_pipeline = dataset.pipeline
    cfg.train_dataloader.setdefault('drop_last', True)
    _keep_learning_rates(cfg.optim_wrapper)
    _import_first(cfg, 'skdsrl_mmaction')
    return cfg


def _check_train_part(cfg: Config) -> None:
    missing = [key for key in TRAIN_PART if cfg.get(key) is None]
    if missing:
        raise ValueError(
            f'there is no training to mix SKD-SRL into: {", ".join(missing)} '
            'missing; take the training part from another config'
        )


def _mixed_type(model: dict) -> str:
    kind = model['type']
    found = MODELS.get(kind) if isinstance(kind, str) else kind
    if found is Recognizer2D:
        return 'SKDSRLRecognizer2D'
    if found is Recognizer3D:
        return 'SKDSRLRecognizer3D'
    if isinstance(found, type) and issubclass(found, SKDSRLMixin):
        raise ValueError(f'model.type={kind!r} trains with SKD-SRL already')
    raise ValueError(
        f'model.type={kind!r} is neither Recognizer2D nor Recognizer3D, the '
        'two that SKD-SRL trains'
    )


def _check_heads(model: dict) -> None:
    """Build the heads without memory: the classifier's and the losses'."""
    head = model.get('cls_head')
    with torch.device('meta'):
        classifier = find_classifier(head and MODELS.build(head))
        if classifier is None:
            raise ValueError(
                f'model.cls_head={head and head["type"]!r} has no linear '
                'classifier with num_classes outputs, whose input SKD-SRL '
                'takes for the representation'
            )
        MODELS.build(model['distill_head'])
        MODELS.build(dict(model['siamese_head'], in_channels=classifier[1]))


def _keep_learning_rates(optim_wrapper: dict) -> None:
    """Replace the two stock constructors that trip over the Siamese head."""
    constructor = f'SKDSRL{optim_wrapper.get("constructor")}'
    if OPTIM_WRAPPER_CONSTRUCTORS.get(constructor) is not None:
        optim_wrapper['constructor'] = constructor


def _import_first(cfg: Config, name: str) -> None:
    """Others may import ``mmaction.models``, which this one repairs."""
    custom = cfg.get('custom_imports') or dict(
        imports=[], allow_failed_imports=False
    )
    imports = custom['imports']
    imports = [imports] if isinstance(imports, str) else list(imports)
    if name not in imports:
        imports.insert(0, name)
    cfg.custom_imports = dict(custom, imports=imports)
