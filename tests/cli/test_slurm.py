"""The Slurm scripts, with an srun that prints its arguments."""

import os
import subprocess

import pytest

from skdsrl_mmaction.cli import test, train
from tests.support.paths import ROOT


@pytest.mark.parametrize(
    'script, tool, arguments, parse_args',
    [
        ('slurm_train.sh', 'train.py', ['c.py'], train.parse_args),
        ('slurm_test.sh', 'test.py', ['c.py', 'a.pth'], test.parse_args),
    ],
)
def test_what_srun_receives(tmp_path, script, tool, arguments, parse_args):
    srun = tmp_path / 'srun'
    srun.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    srun.chmod(0o755)
    options = ['--cfg-options', 'a.b=[1, 2]']
    done = subprocess.run(
        [ROOT / 'tools' / script, 'part', 'job', *arguments, *options],
        env={
            'PATH': f'{tmp_path}:{os.environ["PATH"]}',
            'PYTHON': 'python',
            'GPUS': '4',
            'SRUN_ARGS': '--time=5 --exclusive',
        },
        capture_output=True,
        text=True,
        check=True,
    )
    printed = done.stdout.splitlines()
    start = printed.index('python')
    assert {'--job-name=job', '--ntasks=4', '--time=5', '--exclusive'} < set(
        printed[:start]
    )
    assert printed[start + 2] == f'{ROOT}/tools/{tool}'
    args = parse_args(printed[start + 3 :])
    assert (args.config, args.launcher) == ('c.py', 'slurm')
    assert args.cfg_options == {'a.b': [1, 2]}
