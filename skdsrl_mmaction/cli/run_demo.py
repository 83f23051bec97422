"""Train, test and analyze SKD-SRL on data/demo, below the current folder.

The best checkpoint is chosen on the validation part; test and analysis are of
the test part.
"""

import argparse
import copy
import os.path as osp
from typing import Optional, Sequence

from ..engine import build_tester, build_trainer, check_data
from ..utils import read_config
from . import analyze

CONFIG = 'skdsrl_mmaction::skdsrl_r3d18_demo.py'


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = argparse.ArgumentParser(description=__doc__)
    return parser.parse_args(argv)


def main(argv: Optional[Sequence[str]] = None) -> None:
    parse_args(argv)
    cfg = read_config(CONFIG)
    cfg.work_dir = 'work_dirs/skdsrl_r3d18_demo'
    cfg.randomness = dict(seed=0)
    check_data(cfg, ['train', 'val', 'test'])

    runner = build_trainer(copy.deepcopy(cfg), overwrite=True)
    runner.train()
    best = runner.message_hub.get_info('best_ckpt')

    cfg.load_from = best
    tester = build_tester(cfg)
    accuracy = tester.test()['acc/top1']
    folder = osp.join(cfg.work_dir, 'analyze')
    analyze.main([CONFIG, best, '--out', folder, '--overwrite'])

    print(f'\nacc/top1: {accuracy:.4f}')
    print(f'log: {osp.join(runner.log_dir, runner.timestamp)}.log')
    print(f'checkpoint: {best}')
    print(f'views: {osp.join(runner.log_dir, "views.png")}')
    print(f'curves: {osp.join(runner.log_dir, "curves.html")}')
    print(f'analysis: {osp.join(folder, "analysis.html")}')
