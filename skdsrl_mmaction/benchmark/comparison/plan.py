"""From configs and common overrides to the runs of a benchmark."""

import copy
import hashlib
import inspect
import json
import os.path as osp
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Dict, Iterator, List, Optional

from mmengine.config import Config
from mmengine.runner import Runner

from ...engine.preflight import trains_on_two_views

SPLITS = ('train', 'test')

# What the Runner reads, less what cannot change a result.
_DECISIVE = set(inspect.signature(Runner.__init__).parameters) - {
    *('self', 'cfg', 'work_dir', 'launcher', 'env_cfg', 'experiment_name'),
    *('log_processor', 'log_level', 'visualizer', 'default_scope', 'resume'),
}


@dataclass
class Run:
    """One training and test.

    Attributes:
        name (str): Name of the config, the row of the table.
        cfg (Config): Everything the Runner needs but its work dir.
        seed (int): Random seed.
        fold (int): Number of the fold, from 0.
        samples (dict[str, list[str]], optional): Lines ``path label`` of
            'train' and 'test', where the benchmark splits the data itself.
        teacher (Run, optional): What has to be trained first, and whose
            weights this run distils.
    """

    name: str
    cfg: Config
    seed: int
    fold: int = 0
    samples: Optional[Dict[str, List[str]]] = None
    teacher: Optional['Run'] = None

    @property
    def content(self) -> Dict[str, Any]:
        """What decides the result: config, seed, samples and teacher.

        Where lists and videos of a cross-validation lie does not.
        """
        cfg = {
            key: copy.deepcopy(value)
            for key, value in self.cfg.to_dict().items()
            if key in _DECISIVE
        }
        if self.samples is not None:
            for split in SPLITS:
                dataset = cfg[f'{split}_dataloader']['dataset']
                dataset.pop('data_prefix', None)
                lines = self.samples[split]
                dataset['ann_file'] = (
                    f'{len(lines)} samples, sha256 {_digest(lines)}'
                )
        if self.teacher is not None:
            cfg['model']['teacher_checkpoint'] = self.teacher.key
        cfg['randomness'] = dict(seed=self.seed)
        # To JSON and back: tuples are lists from here on.
        return json.loads(json.dumps(cfg, default=repr))

    @cached_property
    def key(self) -> str:
        """Ten hexadecimal digits that stand for :attr:`content`.

        Made once: a run is not changed any more when it is first asked for.
        """
        return _digest(self.content)

    @property
    def id(self) -> str:
        """Name of the run's files."""
        return f'{self.name}_fold{self.fold}_seed{self.seed}_{self.key}'


def _digest(content: Any) -> str:
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def apply_overrides(
    cfg: Config,
    epochs: Optional[int] = None,
    width: Optional[int] = None,
    num_classes: Optional[int] = None,
    transform_options: Optional[Dict[str, Any]] = None,
    cfg_options: Optional[Dict[str, Any]] = None,
) -> None:
    """Change what all rows of a benchmark share, in place.

    Args:
        cfg (Config): The whole config.
        epochs (int, optional): Passes over the training split.
        width (int, optional): Channels of the backbone's stem
            (``base_channels``); the classifier's input follows.
        num_classes (int, optional): Classes of student and teacher.
        transform_options (dict, optional): ``{'Resize.scale': (-1, 64)}``
            sets that argument of every such transform, at any depth of the
            training and test pipelines.
        cfg_options (dict, optional): Merged last, as ``--cfg-options`` is.

    Raises:
        ValueError: If a transform of ``transform_options`` is not there.
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
    for key, value in (transform_options or {}).items():
        _set_transforms(cfg, key, value)
    if epochs is not None:
        cfg.train_cfg.max_epochs = epochs
    cfg.merge_from_dict(cfg_options or {})


def _models(model: dict) -> Iterator[dict]:
    yield model
    if model.get('teacher'):
        yield model.teacher


def _set_transforms(cfg: Config, key: str, value: Any) -> None:
    kind, _, argument = key.partition('.')
    steps = [
        step
        for split in SPLITS
        for step in _transforms(cfg[f'{split}_dataloader'].dataset)
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


def _transforms(part: Any) -> Iterator[dict]:
    """Every config with a type in a dataset's config, at any depth."""
    if isinstance(part, dict):
        if 'type' in part:
            yield part
        part = list(part.values())
    if isinstance(part, (list, tuple)):
        for child in part:
            yield from _transforms(child)


def set_protocol(cfg: Config, budget: str) -> None:
    """Give every row the same schedule, in place.

    The learning rate falls on a cosine to 0 over the run, nothing is
    validated, and the last weights are tested: no method's schedule and no
    choice of a checkpoint depends on the test split.

    Args:
        cfg (Config): The whole config.
        budget (str): 'steps': equal optimizer steps. 'compute': a method
            that trains on one view of a video gets twice the epochs.
    """
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
    cfg.default_hooks.checkpoint = dict(type='CheckpointHook', interval=-1)


def make_teacher(run: Run) -> Optional[Run]:
    """The run that trains the teacher of a distilling one, on its data.

    Args:
        run (Run): Any run.

    Returns:
        Run, optional: None where ``run`` has no teacher or names its
        ``teacher_checkpoint``.
    """
    model = run.cfg.model
    if not model.get('teacher') or model.get('teacher_checkpoint'):
        return None
    cfg = copy.deepcopy(run.cfg)
    cfg.model = copy.deepcopy(model.teacher)
    cfg.model.setdefault('data_preprocessor', model.data_preprocessor)
    return Run(f'{run.name}-teacher', cfg, run.seed, run.fold, run.samples)


def with_data(run: Run, list_dir: str, data_prefix: str) -> Config:
    """The config to run, with the places of lists and videos.

    Args:
        run (Run): The run.
        list_dir (str): Folder of ``train.txt`` and ``test.txt``.
        data_prefix (str): Folder that the lists' paths are taken from.

    Returns:
        Config: A copy.

    Raises:
        ValueError: If there are samples and no plain list of videos to put
            them into.
    """
    cfg = copy.deepcopy(run.cfg)
    for split in SPLITS if run.samples else ():
        dataset = cfg[f'{split}_dataloader'].dataset
        if dataset.type not in ('VideoDataset', 'RepeatAugDataset'):
            raise ValueError(
                f'{run.name}: {split}_dataloader.dataset.type='
                f'{dataset.type!r} must be VideoDataset or RepeatAugDataset '
                'for --folds'
            )
        dataset.ann_file = osp.join(list_dir, f'{split}.txt')
        dataset.data_prefix = dict(video=data_prefix)
    cfg.randomness = dict(seed=run.seed)
    return cfg
