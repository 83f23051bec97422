"""Train a config with MMEngine's Runner."""

import argparse
import logging
from typing import Optional, Sequence

from mmaction.registry import OPTIM_WRAPPERS
from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.optim import AmpOptimWrapper, OptimWrapper

from ..engine import build_trainer, end_process_of_group, naming_lost_ranks
from ..utils import find_type, is_a
from .base import base_parser, is_given, load_config, prepare_run, set_key


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = base_parser(__doc__)
    parser.add_argument(
        '--skdsrl',
        action='store_true',
        help='apply SKD-SRL to the config of a stock recognizer; '
        '--cfg-options is merged afterwards',
    )
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CHECKPOINT',
        help='resume from a checkpoint; without CHECKPOINT, from the latest '
        'one in the work dir, or from the beginning if there is none',
    )
    parser.add_argument(
        '--overwrite',
        action='store_true',
        help='start anew in a work dir with checkpoints of another run; they '
        'are removed after the first new one is written',
    )
    parser.add_argument(
        '--amp',
        action='store_true',
        help='train in mixed precision; without a GPU, in bfloat16 on a CPU '
        'that has it',
    )
    parser.add_argument(
        '--no-validate',
        action='store_true',
        help='do not validate; the plateau schedule then keeps its initial '
        'learning rate',
    )
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='multiply the learning rate by the batch size over all '
        'processes, divided by auto_scale_lr.base_batch_size',
    )
    parser.add_argument(
        '--allow-missing',
        nargs='+',
        metavar='PATTERN',
        help='weights that load_from may leave at their initialization or '
        "unused, such as 'neck.*'",
    )
    parser.add_argument('--seed', type=int, help='random seed')
    parser.add_argument(
        '--diff-rank-seed',
        action='store_true',
        help='add the rank of each process to the seed',
    )
    parser.add_argument(
        '--deterministic',
        action='store_true',
        help='use deterministic operations only, which are slower',
    )
    return parser.parse_args(argv)


def merge_args(cfg: Config, args: argparse.Namespace) -> None:
    """Apply the options of training to the config.

    Args:
        cfg (Config): Of :func:`load_config`; modified.
        args (argparse.Namespace): Parsed arguments.

    Raises:
        ValueError: If ``--amp`` or ``--auto-scale-lr`` does not fit the
            config.
    """
    if args.resume is not None:
        set_key(cfg, args, 'resume', True)
        if args.resume != 'auto':
            set_key(cfg, args, 'load_from', args.resume)
    if args.amp:
        _use_amp(cfg, args)
    if args.no_validate and not is_given(args, 'val_cfg'):
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
        print_log(
            '--no-validate: the learning rate stays constant where its '
            'schedule follows the validation accuracy (ReduceOnPlateauLR)',
            level=logging.WARNING,
        )
    if args.auto_scale_lr:
        if not (cfg.get('auto_scale_lr') or {}).get('base_batch_size'):
            raise ValueError(
                '--auto-scale-lr needs auto_scale_lr=dict(base_batch_size=N) '
                'in the config, where N is the batch size that its learning '
                'rate is for'
            )
        set_key(cfg, args, 'auto_scale_lr.enable', True)
    if args.allow_missing:
        set_key(cfg, args, 'allow_missing', args.allow_missing)
    if cfg.get('randomness') is None:
        cfg.randomness = dict(seed=None)
    if args.seed is not None:
        set_key(cfg, args, 'randomness.seed', args.seed)
    for key in ('diff_rank_seed', 'deterministic'):
        if getattr(args, key):
            set_key(cfg, args, f'randomness.{key}', True)


def _use_amp(cfg: Config, args: argparse.Namespace) -> None:
    wrapper = cfg.optim_wrapper.get('type', 'OptimWrapper')
    allowed = (OptimWrapper, AmpOptimWrapper)
    if find_type(OPTIM_WRAPPERS, wrapper) not in allowed:
        raise ValueError(
            f'--amp cannot change optim_wrapper.type={wrapper!r}; it must be '
            'OptimWrapper'
        )
    set_key(cfg, args, 'optim_wrapper.type', 'AmpOptimWrapper')
    if is_a(OPTIM_WRAPPERS, cfg.optim_wrapper.type, AmpOptimWrapper):
        cfg.optim_wrapper.setdefault('loss_scale', 'dynamic')


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    cfg = load_config(args)
    merge_args(cfg, args)
    with naming_lost_ranks(cfg):
        prepare_run(cfg, args, ['train', 'val'])
        trainer = build_trainer(
            cfg, args.resume, args.overwrite, look=not args.no_check
        )
        if trainer is not None:
            trainer.train()
    end_process_of_group()
