"""Make the runs of a comparison out of configs and options."""

import copy
import glob
import os.path as osp
from typing import Any, Dict, List, Optional, Sequence

from mmaction.datasets import VideoDataset
from mmaction.models import MMRecognizer3D
from mmaction.registry import DATASETS
from mmengine.config import Config
from mmengine.registry import init_default_scope

from ...engine import check_data
from ...models.meta import build_on_meta
from ...utils import config_path, is_a, read_config
from .data import describe_data
from .folds import (
    count_classes,
    read_samples,
    split_folds,
    thin_out,
    write_folds,
)
from .mechanisms import with_mechanisms
from .overrides import apply_overrides, splits_of
from .protocol import check_options, set_protocol
from .run import Run, make_teacher
from .validation import use_validation


def find_configs(patterns: Sequence[str]) -> Dict[str, str]:
    """Find config files.

    Args:
        patterns (Sequence[str]): Paths or patterns of paths, also as
            ``package::path``.

    Returns:
        dict[str, str]: Paths by the names of the configs, in their order.

    Raises:
        FileNotFoundError: If a pattern matches nothing.
        ValueError: If two configs have the same name.
    """
    configs: Dict[str, str] = {}
    for pattern in patterns:
        found = sorted(glob.glob(config_path(pattern)))
        if '::' in pattern and not glob.has_magic(pattern):
            found = [pattern]
        if not found:
            raise FileNotFoundError(f'no config matches {pattern!r}')
        for path in found:
            name = osp.splitext(osp.basename(path))[0]
            if configs.setdefault(name, path) != path:
                raise ValueError(
                    f'{path!r}: {configs[name]!r} is a config named {name!r} '
                    'too; rows of a table need different names'
                )
    return configs


def load_configs(
    patterns: Sequence[str],
    budget: str = 'steps',
    cross_validation: bool = False,
    validates: bool = False,
    apply: Sequence[str] = (),
    cfg_options: Optional[Dict[str, Any]] = None,
    **overrides: Any,
) -> Dict[str, Config]:
    """Read configs and give all of them the same options and schedule.

    Args:
        patterns (Sequence[str]): See :func:`find_configs`.
        budget (str): See :func:`~.protocol.set_protocol`.
        cross_validation (bool): Whether the data will be split into folds.
        validates (bool): See :func:`~.protocol.set_protocol`.
        apply (Sequence[str]): Mechanisms that are applied to each config,
            after the options, see :func:`~.mechanisms.with_mechanisms`.
        cfg_options (dict, optional): Dotted keys and their values.
        **overrides: See :func:`~.overrides.apply_overrides`.

    Returns:
        dict[str, Config]: By name, in the order of the table.

    Raises:
        FileNotFoundError: If a pattern matches nothing.
        ValueError: If an option is on a key that the comparison sets, or the
            configs have different batch sizes.
    """
    check_options(cfg_options or {}, budget, cross_validation, validates)
    configs: Dict[str, Config] = {}
    for name, path in find_configs(patterns).items():
        cfg = read_config(path)
        apply_overrides(cfg, cfg_options=cfg_options, **overrides)
        for row, made in with_mechanisms(name, cfg, apply).items():
            set_protocol(made, budget, validates)
            configs[row] = made
    batches = {
        name: cfg.train_dataloader.batch_size for name, cfg in configs.items()
    }
    if len(set(batches.values())) > 1:
        raise ValueError(
            f'train_dataloader.batch_size differs, {batches}, and so would '
            'the number of steps; set it for all with --cfg-options'
        )
    return configs


def set_fold(
    name: str, cfg: Config, lists: Dict[str, str], data_prefix: str
) -> None:
    """Put the annotation files of a fold into a config, in place.

    Args:
        name (str): Name of the config, for the error.
        cfg (Config): The whole config.
        lists (dict[str, str]): Annotation files of 'train' and 'test'.
        data_prefix (str): Folder that their paths are relative to.

    Raises:
        ValueError: If a data set does not read a plain list of videos.
    """
    for split in lists:
        dataset = cfg[f'{split}_dataloader'].dataset
        if not is_a(DATASETS, dataset.type, VideoDataset):
            raise ValueError(
                f'{name}: {split}_dataloader.dataset.type={dataset.type!r} '
                'must be VideoDataset or RepeatAugDataset for --folds'
            )
        dataset.pop('data_root', None)
        dataset.ann_file = lists[split]
        dataset.data_prefix = dict(video=data_prefix)


def plan_comparison(
    patterns: Sequence[str],
    seeds: Sequence[int] = (0,),
    folds: Optional[int] = None,
    ann_files: Sequence[str] = (),
    data_prefix: str = '',
    group: str = '.+',
    list_dir: str = 'work_dirs/benchmark/lists',
    val: Optional[float] = None,
    train_share: float = 1,
    processes: int = 1,
    **options: Any,
) -> List[Run]:
    """Plan all runs of a comparison, those of one fold and seed together.

    Models are built without memory and the data is checked, so that errors
    show before the first training.

    Args:
        patterns (Sequence[str]): See :func:`find_configs`.
        seeds (Sequence[int]): Seeds of every config. Defaults to 0.
        folds (int, optional): Cross-validate in that many parts. By default
            each config's own training and test split are used.
        ann_files (Sequence[str]): With ``folds``: lists of all videos.
        data_prefix (str): With ``folds``: the folder of the videos.
        group (str): With ``folds`` or ``val``: see
            :func:`~.folds.split_folds`.
        list_dir (str): Where the lists of folds and validation are written.
        val (float, optional): Share of the training videos on which each run
            chooses its weights. By default its last ones are tested.
        train_share (float): With ``folds``: share of the training videos of
            each class that are trained on. Defaults to 1, all.
        processes (int): That train a run together. Defaults to 1.
        **options: See :func:`load_configs`.

    Returns:
        list[Run]: Each with its teacher, where it distils one. Where the
        teachers of several configs are equal, they share one.

    Raises:
        FileNotFoundError, ValueError: If a config, an option or the data is
            not as it should be.
    """
    lists: List[Optional[Dict[str, str]]] = [None]
    if folds:
        samples = read_samples(ann_files)
        options['num_classes'] = count_classes(samples)
        parts = [
            (thin_out(train, train_share), test)
            for train, test in split_folds(samples, folds, group)
        ]
        lists = write_folds(parts, list_dir)
    configs = load_configs(
        patterns,
        cross_validation=bool(folds),
        validates=val is not None,
        **options,
    )
    init_default_scope('mmaction')
    runs: Dict[tuple, Run] = {}
    teachers: Dict[tuple, Run] = {}
    for name, cfg in configs.items():
        if isinstance(build_on_meta(cfg.model), MMRecognizer3D):
            raise ValueError(
                f'{name}: model.type={cfg.model.type!r} has an accuracy for '
                'each modality, and a comparison needs one, acc/top1; train '
                'and test it with tools/train.py and tools/test.py'
            )
        whole = cfg
        for fold, files in enumerate(lists):
            cfg = copy.deepcopy(whole)
            if files:
                set_fold(name, cfg, files, data_prefix)
            if val is not None:
                use_validation(name, cfg, val, group, list_dir)
            check_data(cfg, splits_of(cfg))
            data = describe_data(cfg)
            for seed in seeds:
                run = Run(name, cfg, seed, fold, data, processes)
                teacher = make_teacher(run)
                if teacher is not None:
                    # Students share a teacher, named after the first of them.
                    same = seed, fold, teacher.key
                    run.teacher = teachers.setdefault(same, teacher)
                runs[seed, fold, name] = run
    return [
        runs[seed, fold, name]
        for seed in seeds
        for fold in range(len(lists))
        for name in configs
    ]
