"""Train a config with MMEngine's Runner."""

from typing import Optional, Sequence

from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.runner import Runner

from ..engine import check_data, prepare_device
from .base import base_parser, load_config


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = base_parser(__doc__)
    parser.add_argument(
        '--skdsrl',
        action='store_true',
        help='mix SKD-SRL into the config of a stock recognizer; '
        '--cfg-options then changes the mixed config',
    )
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CHECKPOINT',
        help='go on from a checkpoint; without one, from the latest in the '
        'work dir',
    )
    parser.add_argument(
        '--amp', action='store_true', help='automatic mixed precision'
    )
    parser.add_argument(
        '--no-validate',
        action='store_true',
        help='do not validate; the plateau schedule then keeps its learning '
        'rate',
    )
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate by batch size over '
        'auto_scale_lr.base_batch_size',
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
        help='use only deterministic operations, which is slower',
    )
    return parser.parse_args(argv)


def merge_args(cfg: Config, args) -> None:
    """Turn the options of training into keys of the config."""
    if args.resume:
        cfg.resume = True
        cfg.load_from = None if args.resume == 'auto' else args.resume
    if args.amp:
        wrapper = cfg.optim_wrapper.get('type', 'OptimWrapper')
        if wrapper not in ('OptimWrapper', 'AmpOptimWrapper'):
            raise ValueError(
                f'--amp cannot change optim_wrapper.type='
                f'{wrapper!r}; it must be OptimWrapper'
            )
        cfg.optim_wrapper.type = 'AmpOptimWrapper'
        cfg.optim_wrapper.setdefault('loss_scale', 'dynamic')
    if args.no_validate:
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
        print_log(
            '--no-validate: the learning rate stays as it is where it waits '
            'for the validation accuracy (ReduceOnPlateauLR)',
            level='WARNING',
        )
    if args.auto_scale_lr:
        if 'auto_scale_lr' not in cfg:
            raise ValueError(
                '--auto-scale-lr needs auto_scale_lr=dict(base_batch_size=N) '
                'in the config, N being the batch its learning rate is for'
            )
        cfg.auto_scale_lr.enable = True
    randomness = dict(cfg.get('randomness') or dict(seed=None))
    for key in ('seed', 'diff_rank_seed', 'deterministic'):
        if getattr(args, key) not in (None, False):
            randomness[key] = getattr(args, key)
    cfg.randomness = randomness


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    cfg = load_config(args)
    merge_args(cfg, args)
    check_data(cfg, ['train', 'val'])
    prepare_device(cfg, training=True)
    Runner.from_cfg(cfg).train()
