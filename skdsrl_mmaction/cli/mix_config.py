"""Write the config of a stock recognizer with SKD-SRL applied to it.

The file has no _base_, and trains the same model as tools/train.py --skdsrl.
"""

import argparse
import os.path as osp
from typing import Optional, Sequence

from ..mixing import add_skdsrl
from ..utils import read_config


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument(
        'config',
        help='config file, or a config of an installed package, such as '
        'mmaction::recognition/tsm/NAME.py',
    )
    parser.add_argument(
        '-o', '--out', required=True, help='.py file to write; must not exist'
    )
    parser.add_argument(
        '--alpha',
        type=float,
        default=0.1,
        help='weight of the distillation loss (default: %(default)s)',
    )
    parser.add_argument(
        '--beta',
        type=float,
        default=1.0,
        help='weight of the similarity loss (default: %(default)s)',
    )
    parser.add_argument(
        '--tau',
        type=float,
        default=10,
        help='temperature (default: %(default)s)',
    )
    parser.add_argument(
        '--same-clip',
        action='store_true',
        help='make both views from the same frames',
    )
    parser.add_argument(
        '--no-photometric',
        action='store_true',
        help="do not add the paper's photometric operators",
    )
    args = parser.parse_args(argv)
    if not args.out.endswith('.py'):
        parser.error(f'-o {args.out}: must end in .py')
    return args


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    if osp.exists(args.out):
        raise SystemExit(f'{args.out} exists and is not overwritten')
    cfg = add_skdsrl(
        read_config(args.config),
        alpha=args.alpha,
        beta=args.beta,
        tau=args.tau,
        same_clip=args.same_clip,
        photometric=not args.no_photometric,
    )
    with open(args.out, 'x') as file:
        file.write(f'# {args.config} with SKD-SRL\n{cfg.pretty_text}')
