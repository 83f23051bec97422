"""Compare configs under equal conditions, over seeds and folds.

Every config is trained for the same number of optimizer steps, with a cosine
learning rate and no validation, and its last weights are tested. Start the
same command again to go on where it stopped, or to make the table anew.
"""

import argparse
import copy
import glob
import os.path as osp
import signal
import subprocess
import sys
from typing import Optional, Sequence

import torch
from mmaction.registry import MODELS
from mmengine.config import Config, DictAction
from mmengine.registry import init_default_scope

from ..benchmark.comparison.executor import Executor
from ..benchmark.comparison.folds import (
    count_classes,
    read_samples,
    split_folds,
)
from ..benchmark.comparison.plan import (
    Run,
    apply_overrides,
    make_teacher,
    set_protocol,
)
from ..benchmark.comparison.report import write_report


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        'configs', nargs='+', help='config files, or patterns of them'
    )
    parser.add_argument(
        '--out', required=True, help='folder for runs/, table.md and plot.png'
    )
    parser.add_argument(
        '--work-dir',
        default='work_dirs/benchmark',
        help='folder for lists, logs and checkpoints',
    )
    parser.add_argument('--seeds', nargs='+', type=int, default=[0])
    parser.add_argument(
        '--folds',
        type=int,
        help='cross-validate over the videos of --ann-file, in so many parts',
    )
    parser.add_argument(
        '--ann-file', nargs='+', help='lists of all videos, with --folds'
    )
    parser.add_argument(
        '--data-prefix', help='folder of the videos, with --folds'
    )
    parser.add_argument(
        '--group',
        default='.+',
        metavar='REGEX',
        help='with --folds: videos in whose lines this finds the same text '
        'stay together',
    )
    parser.add_argument('--epochs', type=int, help='passes over the videos')
    parser.add_argument(
        '--width', type=int, help='base_channels of all backbones'
    )
    parser.add_argument(
        '--transform-options',
        nargs='+',
        action=DictAction,
        default={},
        metavar='TRANSFORM.ARGUMENT=VALUE',
        help='set an argument of every such transform, as RandomCrop.size=56',
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        default={},
        metavar='KEY=VALUE',
        help='override keys of every config',
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
        parser.error(f'--jobs must be at least 1, but is {args.jobs}')
    cross_validation = (args.ann_file, args.data_prefix)
    if args.folds and not all(cross_validation):
        parser.error('--folds needs --ann-file and --data-prefix')
    if any(cross_validation) and not args.folds:
        parser.error('--ann-file and --data-prefix need --folds')
    return args


def load_configs(args, num_classes):
    """Configs by name, in the order of the table, with all overrides."""
    paths = []
    for pattern in args.configs:
        found = sorted(glob.glob(pattern))
        if not found:
            raise FileNotFoundError(f'no config matches {pattern!r}')
        paths += [path for path in found if path not in paths]
    configs = {}
    for path in paths:
        name = osp.splitext(osp.basename(path))[0]
        if name in configs:
            raise ValueError(
                f'{path!r}: a config named {name!r} is there already; rows '
                'of the table need different names'
            )
        cfg = configs[name] = Config.fromfile(path)
        apply_overrides(
            cfg,
            args.epochs,
            args.width,
            num_classes,
            args.transform_options,
            args.cfg_options,
        )
        set_protocol(cfg, args.budget)
    batches = {
        name: cfg.train_dataloader.batch_size for name, cfg in configs.items()
    }
    if len(set(batches.values())) > 1:
        raise ValueError(
            f'train_dataloader.batch_size differs, {batches}, and so would '
            'the number of steps; set it for all with --cfg-options'
        )
    return configs


def plan(args):
    """All runs, those of one fold and seed side by side."""
    folds, num_classes = [None], None
    if args.folds:
        samples = read_samples(args.ann_file)
        num_classes = count_classes(samples)
        folds = [
            dict(train=train, test=test)
            for train, test in split_folds(samples, args.folds, args.group)
        ]
    configs = load_configs(args, num_classes)
    init_default_scope('mmaction')
    runs = []
    for seed in args.seeds:
        for fold, samples in enumerate(folds):
            for name, cfg in configs.items():
                with torch.device('meta'):
                    MODELS.build(copy.deepcopy(cfg.model))
                run = Run(name, copy.deepcopy(cfg), seed, fold, samples)
                run.teacher = make_teacher(run)
                runs.append(run)
    return runs


def commit():
    """Commit of this checkout, '+' where files have changed since."""
    here = osp.dirname(osp.abspath(__file__))
    try:
        return subprocess.run(
            ['git', 'describe', '--always', '--abbrev=12', '--dirty=+'],
            cwd=here,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    runs = plan(args)
    names = list(dict.fromkeys(run.name for run in runs))
    against = args.against or names[:1]
    for name in against:
        if name not in names:
            raise ValueError(f'--against {name!r} must be one of {names}')

    executor = Executor(
        args.out,
        args.work_dir,
        args.data_prefix,
        facts=dict(budget=args.budget, commit=commit()),
        jobs=args.jobs,
        gpus=torch.cuda.device_count(),
    )
    # So that a polite kill, too, leaves no worker behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        executor.execute(runs)
    except KeyboardInterrupt:
        sys.exit('stopped; start the same command again to go on')

    records = {name: [] for name in names}
    for run in runs:
        for made in filter(None, (run, run.teacher)):
            record = executor.record(made)
            if record is not None:
                records.setdefault(made.name, []).append(record)
    footer = (
        f'Equal {args.budget}; the last weights, {args.folds or 1} fold(s) × '
        f'seeds {", ".join(map(str, args.seeds))}; mean ± standard deviation; '
        'differences are paired over folds and seeds, with a 95 % interval.'
    )
    print(f'\n{write_report(args.out, records, against, footer)}')
    if executor.failed:
        for name, log in executor.failed.items():
            print(f'FAILED: {name}, see {log}')
        sys.exit(1)
