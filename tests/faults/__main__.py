"""Kill training runs at many moments, resume each, compare with unbroken.

``python -m tests.faults`` prints a table, one line a kill; its exit status is
1 if any resumed run differs, fails, or leaves a temporary file.
"""

import argparse
import gc
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import mmengine.config.config

from tests.faults import runs
from tests.faults.moments import KILL, TERM, USR1, Moment
from tests.support.paths import ROOT
from tests.support.videos import write_tiny_dataset

# Formatting its config takes most of the time of a tiny run.
mmengine.config.config.FormatCode = lambda text, **_: (text, True)
TOTAL = runs.EPOCHS * runs.ITERATIONS
CHOSEN = [
    *(
        Moment(f'epoch_{epoch}.pth', write, part)
        for write in (1, 2)
        for epoch in (2, 1, 3)
        for part in ('half', 'open', 'rename', 'named')
    ),
    *(Moment('best', 1, part) for part in ('half', 'named', 'open', 'rename')),
    *(Moment('last_checkpoint', 3, part) for part in ('half', 'named')),
    *(Moment('before_val_epoch', epoch) for epoch in (3, 1, 2)),
    *(Moment('after_val_iter', epoch) for epoch in (2, 3)),
    *(Moment('before_train_iter', i) for i in (1, 4, 6, 8, TOTAL)),
    *(Moment('before_train_iter', i, signal=TERM) for i in range(1, TOTAL)),
    *(Moment('after_val_iter', epoch, signal=TERM) for epoch in (1, 2)),
    *(Moment('before_train_iter', i, signal=USR1) for i in (3, 8)),
]


def killed_in_a_fork(base, data, name, workers, moment):
    """Kill a run, at a moment or after some seconds, and resume it."""
    cfg = runs.tiny_run(data, base / name, workers)
    log = base / f'{name}.log'
    if isinstance(moment, Moment):
        killed = runs.wait(runs.start(cfg, log, moment))
        wanted = -KILL if moment.signal == KILL else 75
    else:
        killed, wanted = 0, -KILL
        while killed == 0:  # it had ended before
            shutil.rmtree(base / name, ignore_errors=True)
            child = runs.start(cfg, log)
            killed = runs.wait_until(child, time.monotonic() + moment)
            moment /= 2
    resumed = runs.wait(runs.start(cfg, log, resume='auto'))
    return killed == wanted, resumed


def killed_command(base, data, name, workers, moment):
    """The same with ``tools/train.py``, signalled after an epoch is saved."""
    number, epoch = moment
    config = base / f'{name}.py'
    runs.tiny_run(data, base / name, workers).dump(config)
    command = [
        *(sys.executable, 'tools/train.py', config),
        *('--work-dir', base / name, '--seed', '3', '--deterministic'),
    ]
    with open(base / f'{name}.log', 'w') as log:
        output = dict(cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        process = subprocess.Popen(command, **output)
        saved = base / name / f'epoch_{epoch}.pth'
        while not saved.exists() and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(number)
        killed = process.wait()
        resumed = subprocess.run([*command, '--resume'], **output).returncode
    return killed == (75 if number == TERM else -KILL), resumed


def jobs_of(kills, commands):
    """(number, kind, moment, workers) of so many kills, commands among them.

    Two thirds of the others are at chosen moments, the rest at random times,
    as parts of the time that an unbroken run takes.
    """
    draw = random.Random(0)
    forked = kills - commands
    chosen = draw.sample(CHOSEN, min(len(CHOSEN), forked * 2 // 3))
    pairs = [('at', moment) for moment in chosen]
    times = [draw.uniform(0.2, 0.95) for _ in range(forked - len(chosen))]
    pairs += [('time', part) for part in times]
    signals = [(number, epoch) for epoch in (1, 2) for number in (KILL, TERM)]
    pairs += [('command', signals[i % 4]) for i in range(commands)]
    return [(i, *pair, 2 * (i % 3 == 2)) for i, pair in enumerate(pairs)]


def lane(base, data, jobs, out):
    """Make some of the runs, one after another; a line of JSON for each."""
    unbroken, seconds = {}, 0
    for workers in (0, 2):
        name = f'unbroken_{workers}_{os.getpid()}'
        cfg = runs.tiny_run(data, base / name, workers)
        begin = time.monotonic()
        assert runs.wait(runs.start(cfg, base / f'{name}.log')) == 0
        seconds = time.monotonic() - begin
        unbroken[workers] = runs.result(base / name)
    assert not runs.differences(unbroken[0], unbroken[2])
    for number, kind, moment, workers in jobs:
        name = f'run_{number}'
        if kind == 'time':
            moment *= seconds
        make = killed_command if kind == 'command' else killed_in_a_fork
        killed, resumed = make(base, data, name, workers, moment)
        left = runs.leftovers(base / name)
        equal = resumed == 0 and not runs.differences(
            unbroken[workers], runs.result(base / name)
        )
        row = dict(
            number=number,
            moment=describe(kind, moment),
            workers=workers,
            killed=killed,
            resumed=resumed,
            temporary=' '.join(left) or '-',
            equal=equal,
        )
        with open(out, 'a') as file:
            file.write(json.dumps(row) + '\n')
        if is_good(row):
            shutil.rmtree(base / name)


def describe(kind, moment):
    if kind == 'at':
        return str(moment)
    if kind == 'time':
        return f'SIGKILL after {moment:.2f} s'
    number, epoch = moment
    name = signal.Signals(number).name
    return f'{name} tools/train.py, epoch {epoch} saved'


def is_good(row):
    return row['killed'] and row['equal'] and row['temporary'] == '-'


def run(kills, commands, lanes, base):
    """Make all runs, some at a time; returns the rows of the table."""
    data = base / 'data'
    data.mkdir()
    write_tiny_dataset(data)
    jobs, out = jobs_of(kills, commands), base / 'rows.jsonl'
    gc.freeze()  # the children need not look through what is imported
    children = []
    for i in range(lanes):
        child = os.fork()
        if not child:
            try:
                lane(base, data, jobs[i::lanes], out)
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        children.append(child)
    statuses = [runs.wait(child) for child in children]
    if any(statuses):
        sys.exit(f'a series of runs failed; logs are in {base}')
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    return sorted(rows, key=lambda row: row['number'])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--kills', type=int, default=100)
    parser.add_argument(
        '--commands', type=int, default=10, help='of these, as real commands'
    )
    parser.add_argument('--lanes', type=int, default=2, help='runs at a time')
    args = parser.parse_args()
    base = Path(tempfile.mkdtemp(prefix='faults_'))
    begin = time.monotonic()
    rows = run(args.kills, args.commands, args.lanes, base)
    line = '{:>6}  {:<42} {:>7}  {:<6} {:>7}  {:<9}  {}'
    print(line.format(*rows[0]))
    for row in rows:
        print(line.format(*map(str, row.values())))
    good = sum(map(is_good, rows))
    minutes = (time.monotonic() - begin) / 60
    print(
        f'{good} of {args.kills} resumed runs equal an unbroken one and left '
        f'no temporary file; {minutes:.1f} min'
    )
    if good < args.kills:
        sys.exit(f'logs and checkpoints of the others are in {base}')
    shutil.rmtree(base)


if __name__ == '__main__':
    main()
