"""Kill training runs at many moments, resume each, compare with unbroken.

``python -m tests.faults`` prints a table, one line a kill; its exit status is
1 if any resumed run differs, fails, or leaves a temporary file.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.faults import runs
from tests.faults.moments import KILL, TERM, USR1, Moment
from tests.support.paths import ROOT
from tests.support.videos import write_tiny_dataset

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


def interleaved(kinds):
    """The chosen moments, as mixed as they can be."""
    order = random.Random(0)
    order.shuffle(kinds)
    return kinds


def killed_in_a_fork(base, data, name, workers, moment):
    """Kill a run, at a moment or after some seconds, and resume it."""
    cfg = runs.tiny_run(data, base / name, workers)
    log = base / f'{name}.log'
    if isinstance(moment, Moment):
        killed = runs.wait(runs.start(cfg, log, moment))
        wanted = -KILL if moment.signal == KILL else 75
    else:
        child = runs.start(cfg, log)
        killed = runs.wait_until(child, time.monotonic() + moment)
        wanted = -KILL
    resumed = runs.wait(runs.start(cfg, log, resume='auto'))
    return killed == wanted, resumed


def killed_command(base, data, name, workers, seconds):
    """The same with ``tools/train.py``, killed or asked to stop."""
    config = base / f'{name}.py'
    runs.tiny_run(data, base / name, workers).dump(config)
    command = [
        *(sys.executable, 'tools/train.py', config),
        *('--work-dir', base / name, '--seed', '3', '--deterministic'),
    ]
    with open(base / f'{name}.log', 'w') as log:
        output = dict(cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        process = subprocess.Popen(command, **output)
        number = TERM if seconds > 0 else KILL
        killed = None
        while killed is None and not begun(base / name, abs(seconds)):
            killed = process.poll()
            time.sleep(0.02)
        process.send_signal(number)
        killed = process.wait()
        resumed = subprocess.run([*command, '--resume'], **output).returncode
    return killed in (-KILL, 75), resumed


def begun(work_dir, epochs):
    """Whether a run has saved so many epochs."""
    return any(work_dir.glob(f'epoch_{epochs}.pth'))


def lane(base, data, jobs, out):
    """Make some of the runs, one after another; a line of JSON for each."""
    references = {}
    for workers in (0, 2):
        name = f'unbroken_{workers}_{os.getpid()}'
        cfg = runs.tiny_run(data, base / name, workers)
        begin = time.monotonic()
        assert runs.wait(runs.start(cfg, base / f'{name}.log')) == 0
        references[workers] = runs.result(base / name)
        duration = time.monotonic() - begin
    assert not runs.differences(references[0], references[2])
    for number, (kind, what, workers) in jobs:
        name = f'run_{number}'
        if kind == 'time':
            what = what * duration
        make = killed_command if kind == 'command' else killed_in_a_fork
        killed, resumed = make(base, data, name, workers, what)
        work_dir = base / name
        left = runs.leftovers(work_dir)
        same = resumed == 0 and not runs.differences(
            references[workers], runs.result(work_dir)
        )
        what = f'{what:.2f}' if isinstance(what, float) else str(what)
        row = dict(
            number=number,
            moment=f'{kind} {what}',
            workers=workers,
            killed=killed,
            resumed=resumed,
            left=left,
            equal=same,
        )
        with open(out, 'a') as file:
            file.write(json.dumps(row) + '\n')
        if same and not left:
            shutil.rmtree(work_dir)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--kills', type=int, default=100)
    parser.add_argument(
        '--commands', type=int, default=10, help='of these, as real commands'
    )
    parser.add_argument('--lanes', type=int, default=2, help='runs at a time')
    args = parser.parse_args()
    base = Path(tempfile.mkdtemp(prefix='faults_'))
    data = base / 'data'
    data.mkdir()
    write_tiny_dataset(data)
    draw = random.Random(0)
    forked = args.kills - args.commands
    chosen = interleaved(CHOSEN)[: forked * 2 // 3]
    jobs = [('at', moment) for moment in chosen]
    jobs += [
        ('time', draw.uniform(0.2, 0.95)) for _ in range(forked - len(jobs))
    ]
    jobs += [
        ('command', (1 + i % 2) * (-1) ** i) for i in range(args.commands)
    ]
    jobs = [(*job, 2 * (i % 3 == 2)) for i, job in enumerate(jobs)]
    begin = time.monotonic()
    children = []
    out = base / 'rows.jsonl'
    for i in range(args.lanes):
        child = os.fork()
        if not child:
            os._exit(
                lane(base, data, list(enumerate(jobs))[i :: args.lanes], out)
            )
        children.append(child)
    failed = [runs.wait(child) for child in children]
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    rows.sort(key=lambda row: row['number'])
    columns = '{:>4}  {:<44} {:>7}  {:<6} {:>7}  {:<5}  {}'
    print(columns.format(*rows[0]))
    for row in rows:
        row['left'] = ' '.join(row['left']) or '-'
        print(columns.format(*map(str, row.values())))
    good = sum(row['equal'] and row['left'] == '-' for row in rows)
    minutes = (time.monotonic() - begin) / 60
    print(f'{good} of {args.kills} equal an unbroken run; {minutes:.1f} min')
    if good < args.kills or any(failed):
        print(f'what is left of the others is in {base}')
        return 1
    shutil.rmtree(base)
    return 0


if __name__ == '__main__':
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(main())
