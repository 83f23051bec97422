"""Compare configs under equal conditions, over seeds and folds.

Every config is trained for the same number of optimizer steps, with a cosine
learning rate and no validation, and its last weights are tested. Start the
same command again to resume it. With --from-records nothing is trained: the
table and the plot are made of the records in OUT/runs.
"""

import argparse
import os.path as osp
import signal
import sys
from typing import Optional, Sequence

from ..benchmark.comparison.executor import Executor
from ..benchmark.comparison.plan import find_configs, plan_comparison
from ..benchmark.comparison.records import read_records
from ..benchmark.comparison.report import check_against, write_report
from ..benchmark.machine import commit, granted_gpus
from .base import KEY_VALUES


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        'configs',
        nargs='*',
        help='config files, patterns of them, or package::path; with '
        '--from-records only the order of the rows',
    )
    parser.add_argument(
        '--out', required=True, help='folder for runs/, table.md and plot.png'
    )
    parser.add_argument(
        '--from-records',
        action='store_true',
        help='make table.md and plot.png of the records in OUT/runs alone',
    )
    parser.add_argument(
        '--work-dir',
        default='work_dirs/benchmark',
        help='folder for annotation files of folds, logs and checkpoints',
    )
    parser.add_argument(
        '--seeds',
        nargs='+',
        type=int,
        default=[0],
        help='random seeds; every config is run with each',
    )
    parser.add_argument(
        '--folds',
        type=int,
        help='cross-validate over the videos of --ann-file, in so many parts',
    )
    parser.add_argument(
        '--ann-file',
        nargs='+',
        default=[],
        help='annotation files of all videos, with --folds',
    )
    parser.add_argument(
        '--data-prefix', default='', help='folder of the videos, with --folds'
    )
    parser.add_argument(
        '--group',
        default='.+',
        metavar='REGEX',
        help='with --folds: lines in which this finds the same text stay in '
        'one fold',
    )
    parser.add_argument('--epochs', type=int, help='passes over the videos')
    parser.add_argument(
        '--width', type=int, help='base_channels of all backbones'
    )
    parser.add_argument(
        '--transform-options',
        **KEY_VALUES,
        metavar='TRANSFORM.ARGUMENT=VALUE',
        help='set an argument of every such transform, as RandomCrop.size=56',
    )
    parser.add_argument(
        '--cfg-options',
        **KEY_VALUES,
        metavar='KEY=VALUE',
        help='override keys of every config, also after the options above; '
        'schedule, validation and checkpoints are the same for all and '
        'cannot be set',
    )
    parser.add_argument(
        '--budget',
        choices=['steps', 'compute'],
        default='steps',
        help='steps: all configs take the same optimizer steps; compute: '
        'those that train on one view of a video take twice as many',
    )
    parser.add_argument(
        '--against',
        nargs='+',
        metavar='NAME',
        help='configs that the others are compared with; by default the first',
    )
    parser.add_argument(
        '--jobs', type=int, default=1, help='runs at the same time'
    )
    args = parser.parse_args(argv)
    if args.jobs < 1:
        parser.error(f'--jobs={args.jobs} must be at least 1')
    if not args.configs and not args.from_records:
        parser.error('configs are required without --from-records')
    cross_validation = (args.ann_file, args.data_prefix)
    if args.folds and not all(cross_validation):
        parser.error('--folds needs --ann-file and --data-prefix')
    if any(cross_validation) and not args.folds:
        parser.error('--ann-file and --data-prefix need --folds')
    return args


def plan(args):
    """Plan all runs of the command."""
    return plan_comparison(
        args.configs,
        seeds=args.seeds,
        folds=args.folds,
        ann_files=args.ann_file,
        data_prefix=args.data_prefix,
        group=args.group,
        list_dir=osp.join(args.work_dir, 'lists'),
        budget=args.budget,
        epochs=args.epochs,
        width=args.width,
        transform_options=args.transform_options,
        cfg_options=args.cfg_options,
    )


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    if args.from_records:
        found = read_records(osp.join(args.out, 'runs'))
        names = [*find_configs(args.configs), *found]
        records = {name: found.get(name, []) for name in names}
        against = args.against or names[:1]
        print(write_report(args.out, records, against))
        return

    runs = plan(args)
    names = list(dict.fromkeys(run.name for run in runs))
    against = args.against or names[:1]
    check_against(names, against)
    executor = Executor(
        args.out,
        args.work_dir,
        facts=dict(budget=args.budget, commit=commit()),
        jobs=args.jobs,
        gpus=granted_gpus(),
    )
    # SIGTERM, too, must end the workers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        executor.execute(runs)
    except KeyboardInterrupt:
        sys.exit('stopped; start the same command again to resume it')

    records = {name: [] for name in names}
    for run in runs:
        for made in filter(None, (run, run.teacher)):
            record = executor.record(made)
            if record is not None:
                records.setdefault(made.name, []).append(record)
    print(f'\n{write_report(args.out, records, against)}')
    if executor.failed:
        for name, log in executor.failed.items():
            print(f'FAILED: {name}, see {log}')
        sys.exit(1)
