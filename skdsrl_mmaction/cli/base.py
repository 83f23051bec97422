"""Options shared by training and testing."""

import argparse
import os
import os.path as osp
from typing import Sequence

from mmengine.config import Config, DictAction
from mmengine.logging import print_log

from ..engine import (
    check_config,
    check_data,
    check_options,
    check_videos,
    compare_runs,
    one_outcome,
    prepare_device,
)
from ..mixing import add_skdsrl
from ..utils import config_path, read_config

# For an option that takes any number of KEY=VALUE.
KEY_VALUES = dict(nargs='+', action=DictAction, default={})


def base_parser(description: str) -> argparse.ArgumentParser:
    """Make a parser of the options that training and testing share.

    Their names are those of MMAction2.

    Args:
        description (str): Shown by ``--help``.

    Returns:
        argparse.ArgumentParser: The parser, to which a command adds its own.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.set_defaults(skdsrl=False)  # an option of training only
    parser.add_argument(
        'config',
        help='config file, or a config of an installed package, such as '
        'mmaction::recognition/tsm/NAME.py',
    )
    parser.add_argument(
        '--work-dir',
        help='folder for logs, checkpoints and the config '
        '(default: work_dirs/NAME_OF_THE_CONFIG)',
    )
    parser.add_argument(
        '--cfg-options',
        **KEY_VALUES,
        metavar='KEY=VALUE',
        help='keys of the config to override, such as '
        'model.distill_head.tau=5; a list is key="[a,b]" or key=a,b; '
        'overrides every other option',
    )
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='how the processes were started; the scripts dist_*.sh and '
        'slurm_*.sh set it (default: %(default)s)',
    )
    checks = parser.add_mutually_exclusive_group()
    checks.add_argument(
        '--no-check',
        action='store_true',
        help='do not look at the video files before the run',
    )
    checks.add_argument(
        '--skip-bad',
        action='store_true',
        help='leave videos of validation and test that cannot be read out, '
        'and report them',
    )
    parser.add_argument(
        '--local_rank',
        '--local-rank',
        type=int,
        default=0,
        help='set by launchers older than torchrun',
    )
    return parser


def load_config(args: argparse.Namespace) -> Config:
    """Read the config and apply what :func:`base_parser` parsed.

    A config to which ``--skdsrl`` is applied has a work dir of its own by
    default, so that its run does not overwrite the stock one.

    Args:
        args (argparse.Namespace): Parsed arguments.

    Returns:
        Config: The config with ``--cfg-options`` merged, and with
        ``launcher`` and ``work_dir`` set.
    """
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    cfg = read_config(args.config)
    name = osp.splitext(osp.basename(config_path(args.config)))[0]
    if args.skdsrl:
        cfg = add_skdsrl(cfg)
        name = f'skdsrl_{name}'
    check_options(cfg, args.cfg_options)
    cfg.merge_from_dict(args.cfg_options)
    work_dir = cfg.get('work_dir') or osp.join('work_dirs', name)
    set_key(cfg, args, 'work_dir', args.work_dir or work_dir)
    set_key(cfg, args, 'launcher', args.launcher)
    for split in ('train', 'val', 'test'):
        _match_workers(cfg, f'{split}_dataloader')
    return cfg


def prepare_run(
    cfg: Config, args: argparse.Namespace, splits: Sequence[str]
) -> None:
    """Check a config and its data, and prepare it for this machine.

    Args:
        cfg (Config): The config of the run; is modified.
        args (argparse.Namespace): Parsed arguments.
        splits (Sequence[str]): Which of 'train', 'val' and 'test' are about
            to be used.

    Raises:
        FileNotFoundError, OSError, ValueError: If anything is wrong.
        RuntimeError: If it is on another rank only.
    """
    prepare_device(cfg, training='train' in splits)
    with one_outcome():
        check_config(cfg, splits)
        check_data(cfg, splits)
    compare_runs(cfg, splits)
    if not args.no_check:
        check_videos(cfg, splits, args.skip_bad)


def set_key(
    cfg: Config, args: argparse.Namespace, key: str, value: object
) -> None:
    """Set a key of the config, unless ``--cfg-options`` has set it.

    ``--cfg-options`` overrides every other option, as in MMAction2. It is
    merged first, so that the other options see the config of the run.

    Args:
        cfg (Config): The config, with ``--cfg-options`` merged.
        args (argparse.Namespace): Parsed arguments.
        key (str): Key with dots, as in ``--cfg-options``.
        value (object): Its value.
    """
    if not is_given(args, key):
        cfg.merge_from_dict({key: value})


def is_given(args: argparse.Namespace, key: str) -> bool:
    """Return whether ``--cfg-options`` sets a key, its parent or a child."""
    return any(
        f'{given}.'.startswith(f'{key}.') or f'{key}.'.startswith(f'{given}.')
        for given in args.cfg_options
    )


def _match_workers(cfg: Config, key: str) -> None:
    """Switch persistent workers off where there are no workers.

    PyTorch refuses the two together, and configs set the former for the
    number of workers that they have themselves.
    """
    loader = cfg.get(key)
    if (
        loader
        and loader.get('num_workers', 0) == 0
        and loader.get('persistent_workers')
    ):
        loader.persistent_workers = False
        print_log(f'{key}.persistent_workers=False, since num_workers=0')
