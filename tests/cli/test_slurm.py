"""The Slurm scripts, with an srun that prints its arguments, and with Slurm.

With Slurm, this machine must be a node of it, since it reads the work dir.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time

import pytest
import torch

from skdsrl_mmaction.cli import test, train
from tests.support.drawing import write_slow_config
from tests.support.paths import ROOT
from tests.support.tiny import tiny_options


@pytest.mark.parametrize('gpus_per_node', [0, 2])
@pytest.mark.parametrize(
    'script, tool, arguments, parse_args',
    [
        ('slurm_train.sh', 'train.py', ['c.py'], train.parse_args),
        ('slurm_test.sh', 'test.py', ['c.py', 'a.pth'], test.parse_args),
    ],
)
def test_what_srun_receives(
    tmp_path, script, tool, arguments, parse_args, gpus_per_node
):
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
            'GPUS_PER_NODE': str(gpus_per_node),
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
    of_nodes = {'--gres=gpu:2', '--ntasks-per-node=2'}
    found = {x for x in printed if x.startswith(('--gres', '--ntasks-per'))}
    assert found == (of_nodes if gpus_per_node else set())
    assert printed[start + 2] == f'{ROOT}/tools/{tool}'
    args = parse_args(printed[start + 3 :])
    assert (args.config, args.launcher) == ('c.py', 'slurm')
    assert args.cfg_options == {'a.b': [1, 2]}


@pytest.mark.parametrize('status, requeued', [(0, 0), (1, 0), (75, 1)])
def test_what_is_queued_again(tmp_path, status, requeued):
    tools = tmp_path / 'tools'
    tools.mkdir()
    for path, text in [
        (tools / 'slurm_train.sh', f'echo train "$@" $GPUS; exit {status}'),
        (tmp_path / 'scontrol', 'echo scontrol "$@"'),
    ]:
        path.write_text(f'#!/bin/sh\n{text}\n')
        path.chmod(0o755)
    done = subprocess.run(
        [ROOT / 'tools/slurm_sbatch.sh', 'c.py', '--work-dir', 'w'],
        cwd=tmp_path,
        env={
            'PATH': f'{tmp_path}:{os.environ["PATH"]}',
            'SLURM_NTASKS': '4',
            'SLURM_JOB_ID': '7',
            'SLURM_JOB_PARTITION': 'part',
            'SLURM_JOB_NAME': 'job',
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == status, done.stderr
    assert done.stdout.splitlines() == [
        'train part job c.py --work-dir w --resume 4',
        *['scontrol requeue 7'] * requeued,
    ]


def output(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope='module')
def partition():
    """A partition of a running Slurm of which this machine is a node."""
    for name in ('srun', 'sbatch'):
        if shutil.which(name) is None:
            pytest.skip(f'no Slurm here: {name} is not installed')
    ping = subprocess.run(['scontrol', 'ping'], capture_output=True, text=True)
    if ' UP' not in ping.stdout:
        pytest.skip(f'no Slurm here: scontrol ping says {ping.stdout!r}')
    host = socket.gethostname().partition('.')[0]
    found = output('sinfo', '--noheader', f'--nodes={host}', '--format=%R')
    if not found.split():
        pytest.skip(f'this machine, {host}, is not a node of its Slurm')
    return found.split()[0]


@pytest.fixture
def environment(monkeypatch):
    for name, value in dict(
        PYTHON=sys.executable,
        PYTHONPATH=str(ROOT),
        OMP_NUM_THREADS='1',
        GPUS='2',
        GPUS_PER_NODE='0',
        CPUS_PER_TASK='1',
    ).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(ROOT)


class Job:
    """A training that was submitted; cancelled when it is left."""

    def __init__(self, partition, folder):
        self.work_dir, self.log = folder / 'work', folder / 'log.txt'
        write_slow_config(folder / 'config.py', iterations=400)
        self.id = output(
            'sbatch',
            '--parsable',
            f'--partition={partition}',
            f'--nodelist={socket.gethostname().partition(".")[0]}',
            '--ntasks=2',
            '--time=10',
            f'--output={self.log}',
            'tools/slurm_sbatch.sh',
            str(folder / 'config.py'),
            '--work-dir',
            str(self.work_dir),
        ).strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        output('scancel', '--quiet', self.id)

    def printed(self):
        return self.log.read_text() if self.log.exists() else ''

    def state(self):
        """State and number of restarts, such as ('RUNNING', 0)."""
        shown = output('scontrol', 'show', 'job', self.id)
        (state,) = re.findall(r'JobState=(\w+)', shown)
        (restarts,) = re.findall(r'Restarts=(\d+)', shown)
        return state, int(restarts)

    def wait(self, reached):
        for _ in range(600):
            if reached(self):
                return
            time.sleep(0.2)
        pytest.fail(f'{self.state()}\n{self.printed()[-3000:]}')

    def stop(self, *options):
        """Signal it in its first epoch; return where it stopped."""
        self.wait(lambda job: 'Epoch(train) [1][ 20' in job.printed())
        output('scancel', *options, self.id)
        self.wait(lambda job: 'stopped by a signal' in job.printed())
        (stopped,) = re.findall(r'after iteration (\d+)', self.printed())
        return int(stopped)

    def checkpoints(self):
        return {path.name for path in self.work_dir.glob('*.pth')}


@pytest.mark.slow
def test_a_job_is_queued_again_and_ends(partition, environment, tmp_path):
    with Job(partition, tmp_path) as job:
        stopped = job.stop('--signal=USR1')
        assert 20 <= stopped < 200
        job.wait(lambda job: job.state() == ('PENDING', 1))
        assert job.checkpoints() == {f'iter_{stopped}.pth'}
        output('scontrol', 'update', f'JobId={job.id}', 'StartTime=now')
        job.wait(lambda job: job.state()[0] not in ('PENDING', 'RUNNING'))
        assert job.state() == ('COMPLETED', 1), job.printed()[-3000:]
        # Each iteration of the two tasks was made once.
        first = re.findall(r'Epoch\(train\) \[1\]\[ *(\d+)/200', job.printed())
        assert [int(x) for x in first] == list(range(10, 201, 10))
        assert f'iter_{stopped}.pth' not in job.checkpoints()
        meta = torch.load(job.work_dir / 'epoch_2.pth')['meta']
        assert (meta['epoch'], meta['iter']) == (2, 400)


@pytest.mark.slow
def test_a_job_that_is_cancelled_saves_and_ends(
    partition, environment, tmp_path
):
    with Job(partition, tmp_path) as job:
        stopped = job.stop()
        job.wait(lambda job: job.state()[0] not in ('RUNNING', 'COMPLETING'))
        assert job.state() == ('CANCELLED', 0), job.printed()[-3000:]
        assert job.checkpoints() == {f'iter_{stopped}.pth'}


@pytest.mark.slow
def test_two_tasks_train_and_test(
    partition, environment, tiny_dataset, tmp_path, python
):
    config = ROOT / 'configs/skdsrl_r3d18_ucf101.py'
    options = ['--work-dir', tmp_path, '--cfg-options']
    options += tiny_options(tiny_dataset, batch_size=2, workers=2)
    found = []
    for script, arguments in [
        ('slurm_train.sh', ['train_cfg.max_epochs=1']),
        ('slurm_test.sh', []),
    ]:
        checkpoint = [tmp_path / 'epoch_1.pth'] * (script == 'slurm_test.sh')
        command = [f'tools/{script}', partition, 'job', config, *checkpoint]
        command = [*map(str, [*command, *options, *arguments])]
        printed = output(*command)
        found.append(re.findall(r'acc/top1: ([\d.]+)', printed)[-1])
    done = python('tools/test.py', config, *checkpoint, *options)
    alone = done.stdout + done.stderr
    assert found[1] == re.findall(r'acc/top1: ([\d.]+)', alone)[-1]
