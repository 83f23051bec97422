"""Values and paths that would fail only after a run."""

import logging
import os
import os.path as osp
import tempfile
from typing import Iterator, Sequence

from mmengine.config import Config

from .keywords import check_keywords
from .names import check_names

_POSITIVE = 'max_epochs', 'max_iters', 'val_interval'
_DICTS = 'model', 'env_cfg', 'randomness'
_TRAINING_DICTS = 'train_dataloader', 'train_cfg', 'optim_wrapper'


def check_config(cfg: Config, splits: Sequence[str]) -> None:
    """Check names, keywords, values and outputs of a config.

    Args:
        cfg (Config): The whole config, with ``work_dir``.
        splits (Sequence[str]): Which of 'train', 'val' and 'test' are about
            to be used.

    Raises:
        ValueError: If a key or a keyword is read by nobody, or a value
            cannot be right.
        OSError: If the work dir or a file of predictions cannot be written.
    """
    check_names(cfg)
    check_keywords(cfg, splits)
    _check_dicts(cfg, _DICTS)
    _check_log_level(cfg)
    for split in splits:
        _check_pipeline(cfg, split)
    if 'train' in splits:
        _check_intervals(cfg)
        _check_dicts(cfg, _TRAINING_DICTS)
        for key in _POSITIVE:
            value = cfg.train_cfg.get(key, 1)
            if not isinstance(value, int) or value < 1:
                raise ValueError(
                    f'train_cfg.{key}={value!r} must be a whole number >= 1'
                    + (
                        '; --no-validate trains without'
                        if 'val' in key
                        else ''
                    )
                )
    _check_folder('work_dir (--work-dir)', cfg.work_dir)
    if 'test' in splits:
        for path in _dumps(cfg):
            name = f'out_file_path (--dump) {path!r}'
            if osp.isdir(path):
                raise IsADirectoryError(f'{name} is a folder, not a file')
            _check_folder(f'folder of {name}', osp.dirname(path) or '.')


def metrics_of(cfg: Config, split: str) -> Iterator[dict]:
    """Iterate over the configs of the metrics of validation or test.

    Args:
        cfg (Config): The whole config.
        split (str): 'val' or 'test'.

    Yields:
        dict: Each metric.
    """
    evaluator = cfg.get(f'{split}_evaluator') or []
    if isinstance(evaluator, dict):
        evaluator = evaluator.get('metrics', [evaluator])
    for metric in [evaluator] if isinstance(evaluator, dict) else evaluator:
        if isinstance(metric, dict):
            yield metric


def _check_dicts(cfg: Config, keys: Sequence[str]) -> None:
    for key in keys:
        if not isinstance(cfg.get(key, {}), dict):
            raise ValueError(f'{key}={cfg[key]!r} must be a dict')


def _check_log_level(cfg: Config) -> None:
    level = cfg.get('log_level', 'INFO')
    try:
        logging.Logger('', level)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"log_level={level!r} must be the name of a level, such as 'INFO'"
        ) from error


def _check_pipeline(cfg: Config, split: str) -> None:
    key = f'{split}_dataloader'
    dataset = (cfg.get(key) or {}).get('dataset')
    if isinstance(dataset, dict) and 'pipeline' in dataset:
        pipeline = dataset['pipeline']
        if not isinstance(pipeline, (list, tuple)):
            raise ValueError(
                f'{key}.dataset.pipeline={pipeline!r} must be a list of '
                'transforms'
            )


def _check_intervals(cfg: Config) -> None:
    for name, hook in (cfg.get('default_hooks') or {}).items():
        interval = hook.get('interval', 1) if isinstance(hook, dict) else 1
        if not isinstance(interval, int):
            raise ValueError(
                f'default_hooks.{name}.interval={interval!r} must be a whole '
                'number; -1 is never'
            )


def _dumps(cfg: Config) -> Iterator[str]:
    for metric in metrics_of(cfg, 'test'):
        if metric.get('out_file_path'):
            yield metric['out_file_path']


def _check_folder(name: str, folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OSError(
            f'{name}: {folder!r} cannot be written: {error.strerror}'
        ) from error
