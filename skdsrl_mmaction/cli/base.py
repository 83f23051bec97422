"""Options that the commands share."""

import argparse
import os
import os.path as osp

from mmengine.config import Config, DictAction

from ..mixing import add_skdsrl
from ..utils import read_config


def base_parser(description: str) -> argparse.ArgumentParser:
    """Arguments that training and testing share, named as in MMAction2.

    Args:
        description (str): Shown by ``--help``.

    Returns:
        argparse.ArgumentParser: To be completed by the tool.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.set_defaults(skdsrl=False)  # an option of training only
    parser.add_argument(
        'config',
        help='config file, or one of an installed package, as '
        'mmaction::recognition/tsm/NAME.py',
    )
    parser.add_argument(
        '--work-dir',
        help='folder for logs, checkpoints and the config; by default '
        'work_dirs/ and the name of the config',
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        default={},
        metavar='KEY=VALUE',
        help='override keys of the config, as model.distill_head.tau=5; '
        'lists as key="[a,b]" or key=a,b',
    )
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='how the processes were started; dist_train.sh and '
        'slurm_train.sh set it',
    )
    # torchrun hands the rank over in the environment, older launchers here.
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
    return parser


def load_config(args: argparse.Namespace) -> Config:
    """Read the config and merge what :func:`base_parser` understood.

    ``--cfg-options`` has the last word, also over ``work_dir`` and over what
    ``--skdsrl`` has mixed in. A mixed run has a work dir of its own, so that
    it does not write over the stock one.

    Args:
        args (argparse.Namespace): Parsed arguments.

    Returns:
        Config: The config with ``launcher`` and ``work_dir`` set.
    """
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    cfg = read_config(args.config)
    name = osp.splitext(osp.basename(cfg.filename))[0]
    if args.skdsrl:
        cfg = add_skdsrl(cfg)
        name = f'skdsrl_{name}'
    cfg.launcher = args.launcher
    cfg.work_dir = (
        args.work_dir or cfg.get('work_dir') or osp.join('work_dirs', name)
    )
    cfg.merge_from_dict(args.cfg_options)
    return cfg
