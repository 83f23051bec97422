"""Compare configs under equal conditions, over seeds and folds.

Every config is trained for the same number of optimizer steps, with a cosine
learning rate and no validation, and its last weights are tested. With --apply
a stock config is compared with itself under each mechanism. Start the same
command again to resume it. With --from-records nothing is trained: the table
and the plot are made of the records in OUT/runs; --so-far prints the table of
what another terminal has made.
"""

import argparse
import os.path as osp
import signal
import sys
from typing import Optional, Sequence

from ..benchmark.comparison.cluster import ClusterExecutor, parse_minutes
from ..benchmark.comparison.executor import Executor
from ..benchmark.comparison.job_queue import CLUSTERS
from ..benchmark.comparison.mechanisms import row_names
from ..benchmark.comparison.plan import find_configs, plan_comparison
from ..benchmark.comparison.records import read_records
from ..benchmark.comparison.report import (
    check_against,
    describe_so_far,
    write_report,
)
from ..benchmark.comparison.so_far import read_so_far, write_plan
from ..benchmark.machine import commit, granted_gpus
from ..mixing import MECHANISMS
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
        '--so-far',
        action='store_true',
        help='print the table of the finished runs of the comparison that '
        'was started with this --out, and nothing else',
    )
    parser.add_argument(
        '--apply',
        nargs='+',
        choices=list(MECHANISMS),
        default=[],
        metavar='MECHANISM',
        help='compare each config, of a stock recognizer, with itself under '
        f'these: {", ".join(MECHANISMS)}; all options are applied before',
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
        help='with --folds or --val: lines in which this finds the same text '
        'stay together',
    )
    parser.add_argument(
        '--val',
        nargs='?',
        type=float,
        const=0.1,
        metavar='SHARE',
        help='test the weights that are best on this share of the training '
        'videos, which is cut from training (default: %(const)s), and not '
        'the last ones',
    )
    parser.add_argument(
        '--train-share',
        type=float,
        default=1,
        metavar='SHARE',
        help='with --folds: train on this share of the training videos of '
        'each class',
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
    parser.add_argument(
        '--gpus-per-run',
        type=int,
        default=1,
        metavar='N',
        help='train each run in N processes, each on a GPU or, without one, '
        'on the CPU; batch_size is that of each',
    )
    parser.add_argument(
        '--cluster',
        choices=list(CLUSTERS),
        help='make each run in a job of its own, through submitit: in Slurm, '
        'or on this machine to try it; by default in processes that end with '
        'this one',
    )
    parser.add_argument('--partition', help='of Slurm, with --cluster slurm')
    parser.add_argument(
        '--time',
        metavar='LIMIT',
        help='with --cluster slurm: of one run, as MINUTES, '
        'HOURS:MINUTES:SECONDS or DAYS-HOURS',
    )
    args = parser.parse_args(argv)
    for key in ('jobs', 'gpus_per_run'):
        if getattr(args, key) < 1:
            option = key.replace('_', '-')
            parser.error(f'--{option}={getattr(args, key)} must be at least 1')
    if args.val is not None and not 0 < args.val < 1:
        parser.error(f'--val={args.val} must be between 0 and 1')
    if not args.configs and not args.from_records and not args.so_far:
        parser.error('configs are required without --from-records')
    cross_validation = (args.ann_file, args.data_prefix)
    if args.folds and not all(cross_validation):
        parser.error('--folds needs --ann-file and --data-prefix')
    if any(cross_validation) and not args.folds:
        parser.error('--ann-file and --data-prefix need --folds')
    if args.train_share != 1 and not args.folds:
        parser.error('--train-share needs --folds')
    slurm = args.cluster == 'slurm'
    if slurm and not (args.partition and args.time):
        parser.error('--cluster slurm needs --partition and --time')
    if not slurm and (args.partition or args.time):
        parser.error('--partition and --time need --cluster slurm')
    if slurm:
        try:
            args.time = parse_minutes(args.time)
        except ValueError as error:
            parser.error(f'--time={error}')
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
        val=args.val,
        train_share=args.train_share,
        processes=args.gpus_per_run,
        apply=args.apply,
        budget=args.budget,
        epochs=args.epochs,
        width=args.width,
        transform_options=args.transform_options,
        cfg_options=args.cfg_options,
    )


def make_executor(args) -> Executor:
    """Make what trains and tests the runs of the command.

    Raises:
        ImportError, RuntimeError, ValueError: If this machine, or the
            cluster, has not what the options ask for.
    """
    facts = dict(budget=args.budget, commit=commit())
    where = (args.out, args.work_dir, facts, args.jobs)
    if args.cluster == 'slurm':
        return ClusterExecutor(
            *where,
            kind=args.cluster,
            partition=args.partition,
            minutes=args.time,
        )
    gpus = granted_gpus()
    if gpus and len(gpus) < args.gpus_per_run:
        raise ValueError(
            f'--gpus-per-run={args.gpus_per_run} must be at most {len(gpus)}, '
            'the number of GPUs that this process may use'
        )
    if args.cluster:
        return ClusterExecutor(*where, gpus, kind=args.cluster)
    return Executor(*where, gpus)


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    if args.so_far:
        print(describe_so_far(read_so_far(args.out)))
        return
    if args.from_records:
        found = read_records(osp.join(args.out, 'runs'))
        names = [
            row
            for name in find_configs(args.configs)
            for row in row_names(name, args.apply)
        ] + list(found)
        records = {name: found.get(name, []) for name in names}
        against = args.against or names[:1]
        print(write_report(args.out, records, against))
        return

    executor = make_executor(args)
    runs = plan(args)
    names = list(dict.fromkeys(run.name for run in runs))
    against = args.against or names[:1]
    check_against(names, against)
    write_plan(args.out, runs, against)
    # SIGTERM, too, must end the workers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        executor.execute(runs)
    except KeyboardInterrupt:
        sys.exit('stopped; start the same command again to resume it')

    records = read_so_far(args.out).records
    print(f'\n{write_report(args.out, records, against)}')
    if executor.failed:
        for name, log in executor.failed.items():
            print(f'FAILED: {name}, see {log}')
        sys.exit(1)
