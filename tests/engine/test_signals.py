"""Signals to real commands, in one process and in two."""

import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest
import torch

from tests.support.drawing import write_slow_config
from tests.support.paths import ROOT

LIMIT = 'TORCH_ELASTIC_SHUTDOWN_TIMEOUT'
pytestmark = pytest.mark.slow


@pytest.fixture
def config(tmp_path):
    """A run of 1,000 iterations in 2 epochs, some milliseconds each."""
    write_slow_config(tmp_path / 'config.py', iterations=500)
    return tmp_path / 'config.py'


def environment():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    return dict(
        os.environ,
        PYTHON=sys.executable,
        PYTHONPATH=str(ROOT),
        OMP_NUM_THREADS='1',
        PORT=str(port),
    )


def start(command, work_dir):
    """Start a command and wait until it trains."""
    log = open(f'{work_dir}.log', 'a')
    process = subprocess.Popen(
        [*map(str, command), '--work-dir', str(work_dir)],
        cwd=ROOT,
        env=environment(),
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # all its processes are one group
    )
    return process


def wait_for(work_dir, text, process):
    for _ in range(3000):
        printed = open(f'{work_dir}.log').read()
        if text in printed:
            return
        assert process.poll() is None, printed[-3000:]
        time.sleep(0.02)
    pytest.fail(printed[-3000:])


def processes():
    """(process, parent) of all processes, zombies left out."""
    found = subprocess.run(
        ['ps', '-eo', 'pid=,ppid=,stat='], capture_output=True, text=True
    )
    rows = [line.split() for line in found.stdout.splitlines()]
    return [(int(a), int(b)) for a, b, state in rows if state[0] != 'Z']


def family(process):
    """A process and all that came of it, its children after it."""
    found, pairs = [process], sorted(processes())
    for member in found:
        found += [child for child, parent in pairs if parent == member]
    return found


def all_gone(family, seconds):
    deadline = time.monotonic() + seconds
    while {process for process, _ in processes()} & set(family):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def one(config):
    return [sys.executable, 'tools/train.py', config]


def two(config):
    return ['tools/dist_train.sh', config, 2]


@pytest.mark.parametrize(
    'command, number, target',
    [
        (one, signal.SIGUSR2, 'all'),  # as srun does for submitit
        (two, signal.SIGUSR1, 'launcher'),
        (two, signal.SIGTERM, 'rank'),
    ],
)
def test_stop_and_go_on(config, tmp_path, command, number, target):
    work_dir = tmp_path / 'work'
    process = start(command(config), work_dir)
    wait_for(work_dir, 'Epoch(train) [1][ 30', process)
    members = family(process.pid)
    if target == 'all':
        os.killpg(process.pid, number)
    else:  # after the launcher come its ranks
        os.kill(members[0 if target == 'launcher' else 2], number)
    status = process.wait(60)
    assert status == 75 if command is one else status != 0
    assert all_gone(members, 10)
    printed = open(f'{work_dir}.log').read()
    assert 'stopped by a signal after iteration' in printed
    if target == 'rank':  # torchrun prints the statuses of its children
        assert set(re.findall(r'exitcode *: (-?\d+)', printed)) == {'75'}
    (interim,) = work_dir.glob('*.pth')
    meta = torch.load(interim)['meta']
    assert meta['epoch'] == 0 and 30 <= meta['iter'] < 500
    assert interim.name == f'iter_{meta["iter"]}.pth'

    process = start([*command(config), '--resume'], work_dir)
    wait_for(work_dir, 'Epoch(train) [2]', process)
    process.kill()
    process.wait()
    names = {path.name for path in work_dir.glob('*.pth')}
    assert 'epoch_1.pth' in names and interim.name not in names
    iterations = 500 if command is one else 250
    meta = torch.load(work_dir / 'epoch_1.pth')['meta']
    assert (meta['epoch'], meta['iter']) == (1, iterations)


def test_a_second_signal_ends_at_once(config, tmp_path):
    work_dir = tmp_path / 'work'
    command = [*one(config), '--cfg-options', 'custom_hooks.0.seconds=60']
    process = start(command, work_dir)
    wait_for(work_dir, 'slow', process)
    members = family(process.pid)
    assert len(members) == 3  # with two workers
    process.send_signal(signal.SIGTERM)
    time.sleep(2.5)
    assert process.poll() is None  # it finishes the iteration
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 128 + signal.SIGTERM
    assert all_gone(members, 5)


def test_ranks_end_with_their_launcher(config, tmp_path):
    work_dir = tmp_path / 'work'
    process = start(two(config), work_dir)
    wait_for(work_dir, 'Epoch(train) [1][ 10', process)
    members = family(process.pid)
    assert len(members) == 7  # the launcher, two ranks, two workers of each
    process.kill()
    process.wait()
    assert all_gone(members, 10)


@pytest.mark.parametrize('given, used', [({}, 300), ({LIMIT: '7'}, 7)])
def test_torchrun_waits_for_a_slow_save(tmp_path, given, used):
    """Its default, 30 seconds, is shorter than many an iteration and save."""
    python = tmp_path / 'python'
    python.write_text(f'#!/bin/sh\necho ${LIMIT}\n')
    python.chmod(0o755)
    printed = subprocess.run(
        [ROOT / 'tools/dist_train.sh', 'c.py', '2'],
        env={'PATH': os.environ['PATH'], 'PYTHON': str(python), **given},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(printed.stdout) == used
