"""Jobs of submitit's local executor, and of Slurm with stand-in commands."""

import json
import os
import signal
import subprocess
import time

import pytest
from mmengine.config import Config

from skdsrl_mmaction.benchmark.comparison import cluster, executor
from skdsrl_mmaction.benchmark.comparison.cluster import (
    ClusterExecutor,
    Work,
    parse_minutes,
)
from skdsrl_mmaction.benchmark.comparison.run import Run, make_teacher
from skdsrl_mmaction.benchmark.machine import versions
from tests.support.paths import ROOT
from tests.support.waiting import until


@pytest.fixture
def runs():
    """A student with its teacher, and one without."""
    made = []
    for method in 'kd', 'baseline':
        cfg = Config.fromfile(ROOT / f'configs/{method}_r3d18_ucf101.py')
        made.append(Run(method, cfg, 0))
    made[0].teacher = make_teacher(made[0])
    return made


@pytest.fixture
def told(tmp_path, monkeypatch):
    """Folder of the stand-in worker that every run is made by."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv('STAND_IN', str(tmp_path))
    monkeypatch.setattr(executor, 'WORKER', 'tests.support.stand_in_worker')
    (tmp_path / 'versions.json').write_text(json.dumps(versions()))
    return tmp_path


def make(folder, jobs=1, gpus=(), **kwargs):
    kwargs = {'kind': 'local', **kwargs}
    places = str(folder / 'out'), str(folder / 'work')
    return ClusterExecutor(*places, dict(commit='abc'), jobs, gpus, **kwargs)


def started(folder):
    journal = folder / 'journal'
    lines = journal.read_text().splitlines() if journal.exists() else []
    return [json.loads(line) for line in lines]


def submitted(folder):
    return list(folder.glob('work/*/submitit/*_submitted.pkl'))


@pytest.fixture
def interrupt(told, monkeypatch):
    """Ends ``execute`` with an error as soon as a worker has started."""

    def do(made, runs, error):
        def sleep(_):
            real(0.1)
            if started(told):
                raise error

        real = time.sleep
        with monkeypatch.context() as patch:
            patch.setattr(executor.time, 'sleep', sleep)
            with pytest.raises(type(error)):
                made.execute(runs)

    return do


@pytest.mark.slow
def test_order_and_failures_are_those_of_processes(told, runs, capsys):
    """The teacher first, another run beside it, and the failed one last."""
    failing = Run('failing', runs[1].cfg, 0)
    (told / 'failing.fail').touch()
    made = make(told, jobs=2, gpus=['2', 'GPU-8932f937'])
    made.execute([*runs, failing])
    first, second, *rest = started(told)
    assert {first['name'], second['name']} == {'kd-teacher', 'baseline'}
    assert {x['name'] for x in rest} == {'kd', 'failing'}
    assert {first['gpus'], second['gpus']} == {'2', 'GPU-8932f937'}
    assert first['threads'] == str(max(1, os.cpu_count() // 2))
    (student,) = [x for x in rest if x['name'] == 'kd']
    teacher = Config.fromstring(student['config'], '.py').model
    assert teacher.teacher_checkpoint == str(
        told / 'work' / runs[0].teacher.id / 'epoch_1.pth'
    )
    for run in (*runs, runs[0].teacher):
        record = made.record(run)
        assert (record['key'], record['commit']) == (run.key, 'abc')
    assert list(made.failed) == [failing.id]
    log = made.failed[failing.id]
    assert log.startswith(str(told / 'work' / failing.id / 'submitit'))
    assert 'out of luck' in open(log).read()
    assert f'{failing.id}: FAILED, see {log}' in capsys.readouterr().out
    # What is finished is not submitted again.
    make(told).execute(runs)
    assert len(started(told)) == 4


@pytest.mark.slow
def test_jobs_that_still_run_are_waited_for(told, runs, interrupt, capsys):
    (told / 'baseline.wait').touch()
    interrupt(make(told), runs[1:], OSError('the disk is full'))
    assert 'jobs that go on: 1\n' in capsys.readouterr().out
    made = make(told)
    time.sleep(1)
    (told / 'baseline.wait').unlink()
    made.execute(runs[1:])
    job = submitted(told)[0].name.partition('_')[0]
    said = capsys.readouterr().out
    assert f'{runs[1].id}: job {job}, submitted before\n' in said
    assert made.record(runs[1])['top1'] == 0.5 and not made.failed
    assert len(started(told)) == len(submitted(told)) == 1


def test_a_run_whose_job_ended_in_the_meantime(told, runs, monkeypatch):
    """Its turn comes late: more jobs go on than there are slots."""
    made = make(told)
    monkeypatch.setattr(made, '_submit', lambda *_: pytest.fail('again'))
    run = runs[1]
    os.makedirs(made.records_dir)
    os.makedirs(made._folder(run))
    assert made._missing([run]) == [run]
    (told / 'out' / 'runs' / f'{run.id}.json').touch()
    assert made._start(run, 0).poll() == 0


def test_a_teacher_that_fails_when_it_is_made_again(told, runs, monkeypatch):
    """Its former record does not make it a success."""
    made, run = make(told), runs[1]
    monkeypatch.setattr(made, '_submit', lambda *_: '0')  # no process
    made.queue.cluster = made.queue.cluster._replace(seconds=0)
    os.makedirs(made.records_dir)
    os.makedirs(made._folder(run))
    (told / 'out' / 'runs' / f'{run.id}.json').touch()
    made._former = {run.id: made._written_at(run)}
    assert made._start(run, 0).poll() == 1


def test_jobs_that_go_on_come_first(told, runs, monkeypatch):
    made = make(told)
    folder = made._job_folder(runs[1])
    monkeypatch.setattr(made.queue, 'find', lambda x: x == folder)
    assert made._missing(runs) == [runs[1], runs[0].teacher, runs[0]]


@pytest.fixture(params=['foreground', 'background'])
def ignored(request):
    """SIGINT is ignored, as in the background of a script, or is not."""
    before = signal.getsignal(signal.SIGINT)
    if request.param == 'background':
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
def test_jobs_are_cancelled_by_a_stop(told, runs, interrupt, capsys, ignored):
    (told / 'baseline.wait').touch()
    interrupt(make(told), runs[1:], KeyboardInterrupt())
    assert 'jobs that are cancelled: 1\n' in capsys.readouterr().out
    (worker,) = started(told)

    def ended():
        state = subprocess.run(
            ['ps', '-o', 'stat=', '-p', str(worker['pid'])],
            capture_output=True,
            text=True,
        ).stdout
        return not state or state.startswith('Z')

    until(ended)
    (told / 'baseline.wait').unlink()
    time.sleep(2)  # until the job itself is gone, too
    made = make(told)
    assert made.record(runs[1]) is None
    made.execute(runs[1:])
    assert made.record(runs[1])['top1'] == 0.5
    assert len(submitted(told)) == 2


@pytest.mark.slow
def test_a_preempted_job_saves_and_goes_on(told, runs, monkeypatch):
    (told / 'baseline.wait').touch()
    real = time.sleep

    def sleep(_):
        """Preempt the job once its worker has started, then let it end."""
        real(0.1)
        if len(started(told)) == 1 and not (told / 'preempted').exists():
            (told / 'preempted').touch()
            listed = subprocess.check_output(
                ['ps', '-A', '-ww', '-o', 'pid=', '-o', 'args='], text=True
            )
            (task,) = [
                int(line.split()[0])
                for line in listed.splitlines()
                if f'submitit.core._submit {told}' in line
            ]
            os.kill(task, signal.SIGUSR2)
        elif len(started(told)) == 2 and (told / 'baseline.wait').exists():
            (told / 'baseline.wait').unlink()

    monkeypatch.setattr(executor.time, 'sleep', sleep)
    made = make(told)
    made.execute(runs[1:])
    assert [x['name'] for x in started(told)] == ['baseline', 'baseline']
    assert len(submitted(told)) == 1
    assert not made.failed and made.record(runs[1])['top1'] == 0.5
    log = open(made._log(runs[1])).read()
    assert log.count('the parent has ended') == 1


def test_a_run_that_was_made_is_not_made_when_queued_again(tmp_path, capsys):
    record = tmp_path / 'record.json'
    work = Work(['false'], {}, str(record))
    record.touch()
    work()
    assert 'is not made again' in capsys.readouterr().out


def test_a_teacher_with_a_record_is_trained_again(tmp_path):
    record, trained = tmp_path / 'record.json', tmp_path / 'trained'
    record.touch()
    Work(['touch', str(trained)], {}, str(record))()
    assert trained.exists()


def test_a_failed_worker_fails_the_job(monkeypatch):
    waited = []
    monkeypatch.setattr(cluster.time, 'sleep', waited.append)
    with pytest.raises(RuntimeError, match='ended with status 3'):
        Work(['sh', '-c', 'exit 3'], {}, '')()
    assert waited[-1] == 2


@pytest.mark.parametrize(
    'text, minutes',
    [
        ('30', 30),
        ('30:01', 31),
        ('0:20', 1),
        ('2:00:00', 120),
        ('1-0', 1440),
        ('2-3:30', 2 * 1440 + 210),
        ('0-0:1:30', 2),
    ],
)
def test_time_limits_of_slurm(text, minutes):
    assert parse_minutes(text) == minutes


@pytest.mark.parametrize(
    'text', ['', '0', 'soon', '-5', '1:2:3:4', '2h', '1-']
)
def test_times_that_are_none(text):
    with pytest.raises(ValueError, match=f'{text!r} must be a time as MIN'):
        parse_minutes(text)


def test_without_submitit(tmp_path, monkeypatch):
    monkeypatch.setattr('skdsrl_mmaction.utils.extras.has', lambda _: False)
    with pytest.raises(ImportError, match=r'submitit.*_mmaction\[benchmark\]'):
        make(tmp_path)


# --- Slurm, with stand-ins for its commands ----------------------------------


@pytest.fixture
def slurm(tmp_path, monkeypatch):
    """A folder of commands; ``sbatch`` keeps its script as ``script``."""
    bin_ = tmp_path / 'bin'
    bin_.mkdir()
    monkeypatch.setenv('PATH', str(bin_), prepend=os.pathsep)

    def set_command(name, script):
        (bin_ / name).write_text(f'#!/bin/sh\n{script}\n')
        (bin_ / name).chmod(0o755)

    for name in ('squeue', 'srun', 'scancel'):
        set_command(name, '')
    set_command('sinfo', 'echo "gpu:a100:8(S:0-1)"')
    set_command(
        'sbatch', f'cat "$1" > {tmp_path}/script; echo Submitted batch job 7'
    )
    return set_command


def start(folder, run):
    """Submit one run; returns the lines of its script."""
    limits = dict(kind='slurm', partition='long', minutes=90)
    made = make(folder, **limits)
    made._missing([run])
    job = made._start(run, 0)
    assert job.identifier == '7' and job.poll() is None
    return (folder / 'script').read_text().splitlines()


def test_what_is_asked_of_slurm(told, runs, slurm):
    cfg = runs[1].cfg
    cfg.train_dataloader.num_workers = 3
    run = Run('baseline', cfg, 0, processes=2)
    lines = start(told, run)
    asked = {
        *('--partition=long', '--time=90', '--requeue', '--gpus-per-node=2'),
        *('--dependency=singleton', '--cpus-per-task=8'),
        *('--open-mode=append', f'--job-name={run.id}'),
    }
    assert asked <= {line.replace('#SBATCH ', '') for line in lines}
    (command,) = [line for line in lines if line.startswith('srun')]
    assert '--cpus-per-task=8' in command
    # Slurm says which GPUs.
    (pickled,) = told.glob('work/*/submitit/7_submitted.pkl')
    import submitit

    work = submitit.core.utils.DelayedSubmission.load(pickled).function
    assert work.env == {'OMP_NUM_THREADS': '4'}
    assert 'torch.distributed.run' in work.command


def test_partitions_without_gpus(told, runs, slurm):
    slurm('sinfo', 'echo "(null)"')
    assert '--gpus' not in '\n'.join(start(told, runs[1]))
    slurm('sinfo', '')
    with pytest.raises(ValueError, match='--partition=long: Slurm has none'):
        start(told, runs[1])


def test_a_job_that_slurm_refuses(told, runs, slurm):
    slurm('sbatch', 'echo "sbatch: error: over the limit" >&2; exit 1')
    made = make(told, kind='slurm', partition='long', minutes=90)
    with pytest.raises(RuntimeError, match='slurm: sbatch: error: over the'):
        made.execute(runs[1:])


def test_the_queue(told, runs, slurm):
    """A job is found by its folder, unless it is about to end."""
    made = make(told, kind='slurm', partition='long', minutes=90)
    folder = made._job_folder(runs[1])

    def look():
        made.queue._read_at = -1000
        return made.queue.find(folder), '5' in made.queue

    def listed(state):
        slurm('squeue', f'echo "5 {state} {folder}/.submission_file_1.sh"')

    assert look() == (None, False)
    for state in ('PENDING', 'RUNNING'):
        listed(state)
        assert look() == ('5', True)
    slurm('squeue', 'echo "squeue: error: timed out" >&2; exit 1')
    assert look() == ('5', True)  # it is not known to have ended
    listed('COMPLETING')
    assert look() == (None, True)
    slurm('squeue', f'echo "5 RUNNING {folder}2/.submission_file_1.sh"')
    assert look() == (None, True)


def test_a_cluster_that_cannot_be_asked(tmp_path, slurm, monkeypatch):
    slurm('squeue', 'echo "squeue: error: no controller" >&2; exit 1')
    with pytest.raises(RuntimeError, match='error: no controller'):
        make(tmp_path, kind='slurm', partition='long')
    monkeypatch.setenv('PATH', str(tmp_path))
    with pytest.raises(RuntimeError, match='--cluster slurm needs the comm'):
        make(tmp_path, kind='slurm', partition='long')
