"""Test a checkpoint with MMEngine's Runner."""

import argparse
from typing import Optional, Sequence

from mmengine.config import Config

from ..engine import build_tester, end_process_of_group, naming_lost_ranks
from ..engine.checks import PATHS, pack_meta
from .base import base_parser, load_config, prepare_run


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = base_parser(__doc__)
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument(
        '--dump',
        metavar='FILE.pkl',
        help='file for all predictions, with the paths of the videos; '
        'tools/plot_logs.py shows those in a work dir',
    )
    args = parser.parse_args(argv)
    if args.dump and not args.dump.endswith(('.pkl', '.pickle')):
        parser.error(f'--dump {args.dump}: must end in .pkl or .pickle')
    return args


def merge_args(cfg: Config, args: argparse.Namespace) -> None:
    """Apply the options of testing to the config.

    Args:
        cfg (Config): Of :func:`load_config`; modified.
        args (argparse.Namespace): Parsed arguments.
    """
    cfg.load_from, cfg.resume = args.checkpoint, False
    if args.dump and 'test_evaluator.out_file_path' not in args.cfg_options:
        metrics = cfg.get('test_evaluator') or []
        metrics = metrics if isinstance(metrics, list) else [metrics]
        dump = dict(type='DumpResults', out_file_path=args.dump)
        cfg.test_evaluator = [*metrics, dump]
        pack_meta(cfg.test_dataloader.dataset, PATHS)


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    cfg = load_config(args)
    merge_args(cfg, args)
    with naming_lost_ranks(cfg):
        prepare_run(cfg, args, ['test'])
        build_tester(cfg).test()
    end_process_of_group()
