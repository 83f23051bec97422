"""Test a checkpoint with MMEngine's Runner."""

from typing import Optional, Sequence

from mmengine.runner import Runner

from ..engine import check_data, prepare_device
from .base import base_parser, load_config


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = base_parser(__doc__)
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument(
        '--dump', metavar='FILE.pkl', help='write all predictions to a file'
    )
    args = parser.parse_args(argv)
    if args.dump and not args.dump.endswith(('.pkl', '.pickle')):
        parser.error(f'--dump {args.dump}: must end in .pkl or .pickle')
    return args


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    cfg = load_config(args)
    cfg.load_from, cfg.resume = args.checkpoint, False
    if args.dump:
        metrics = cfg.test_evaluator
        metrics = metrics if isinstance(metrics, list) else [metrics]
        cfg.test_evaluator = metrics + [
            dict(type='DumpResults', out_file_path=args.dump)
        ]
    check_data(cfg, ['test'])
    prepare_device(cfg, training=False)
    Runner.from_cfg(cfg).test()
