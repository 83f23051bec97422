"""Order, devices and failures, with a stand-in for the worker's process."""

import json
import math
import os
import sys
import time

import pytest
from mmengine.config import Config

from skdsrl_mmaction.benchmark.comparison.executor import Executor
from skdsrl_mmaction.benchmark.comparison.run import Run, make_teacher
from skdsrl_mmaction.benchmark.machine import versions
from tests.support.paths import ROOT

# It is called as Python would be: -m MODULES CONFIG RECORD OUT.
WORKER = """#!{python}
import json, os, sys, time
config, record, out = sys.argv[-3:]
folder = os.path.dirname(config)
content = json.load(open(record))
name = content['name']
kept = {{x: os.environ.get(x) for x in
        ('CUDA_VISIBLE_DEVICES', 'OMP_NUM_THREADS')}}
kept['argv'] = sys.argv[1:-3]
with open({journal!r}, 'a') as file:
    file.write(json.dumps([name, kept, open(config).read()]) + '\\n')
if name in {failing!r}:
    sys.exit('out of luck')
time.sleep(0.5)
weights = os.path.join(folder, 'epoch_1.pth')
if name not in {weightless!r}:
    open(weights, 'w').close()
with open(os.path.join(folder, 'last_checkpoint'), 'w') as file:
    file.write(weights)
content.update(top1=0.5, resources=dict(train_seconds=60, test_seconds=6),
               versions={versions!r})
json.dump(content, open(out, 'w'))
"""


@pytest.fixture
def setting(tmp_path, monkeypatch):
    """Makes an executor, and reads what its workers were started with."""
    journal = tmp_path / 'journal'
    journal.touch()
    python = sys.executable

    def make(jobs=1, gpus=(), failing=(), weightless=()):
        worker = tmp_path / 'worker'
        worker.write_text(
            WORKER.format(
                python=python,
                journal=str(journal),
                failing=list(failing),
                weightless=list(weightless),
                versions=versions(),
            )
        )
        worker.chmod(0o755)
        monkeypatch.setattr(
            'skdsrl_mmaction.benchmark.comparison.executor.sys.executable',
            str(worker),
        )
        return Executor(
            str(tmp_path / 'out'),
            str(tmp_path / 'work'),
            dict(commit='abc'),
            jobs,
            gpus,
        )

    def started():
        return [json.loads(x) for x in journal.read_text().splitlines()]

    return make, started


@pytest.fixture
def runs():
    """A student with its teacher, and one without."""
    made = []
    for method in 'kd', 'baseline':
        cfg = Config.fromfile(ROOT / f'configs/{method}_r3d18_ucf101.py')
        made.append(Run(method, cfg, 0))
    made[0].teacher = make_teacher(made[0])
    return made


def test_student_waits_for_its_teacher(setting, runs, capsys, tmp_path):
    make, started = setting
    executor = make(jobs=2, gpus=['2', 'GPU-8932f937'])
    executor.execute(runs)
    first, second, third = started()
    # The free slot does not wait for the teacher: it takes the other run.
    assert {first[0], second[0]} == {'kd-teacher', 'baseline'}
    assert third[0] == 'kd'
    weights = tmp_path / 'work' / runs[0].teacher.id / 'epoch_1.pth'
    assert Config.fromstring(third[2], '.py').model.teacher_checkpoint == (
        str(weights)
    )
    gpus = {env['CUDA_VISIBLE_DEVICES'] for _, env, _ in (first, second)}
    assert gpus == {'2', 'GPU-8932f937'}
    threads = str(max(1, os.cpu_count() // 2))
    assert all(env['OMP_NUM_THREADS'] == threads for _, env, _ in started())
    for run in (*runs, runs[0].teacher):
        record = executor.record(run)
        assert record['commit'] == 'abc'
        assert (record['key'], record['key_form']) == (run.key, 2)
    out = capsys.readouterr().out
    assert '2 runs, 2 at a time; 3 to go' in out
    # A run takes 66 s; after the first two, one is left for two slots.
    assert '; 1 to go, 0:00:33' in out
    assert '; 0 to go\n' in out


def test_two_students_of_one_teacher(setting, runs):
    make, started = setting
    second = Run('fitnet', runs[0].cfg, 0, teacher=runs[0].teacher)
    make(jobs=2).execute([runs[0], second])
    teacher, *students = [name for name, *_ in started()]
    assert teacher == 'kd-teacher' and set(students) == {'kd', 'fitnet'}


@pytest.mark.parametrize('granted', ['', '3'])
def test_without_gpus_the_variable_stays(setting, runs, monkeypatch, granted):
    monkeypatch.setenv('CUDA_VISIBLE_DEVICES', granted)
    make, started = setting
    make().execute(runs[1:])
    assert started()[0][1]['CUDA_VISIBLE_DEVICES'] == granted


def test_a_failed_teacher_fails_its_student_only(setting, runs, capsys):
    make, started = setting
    executor = make(failing=['kd-teacher'])
    executor.execute(runs)
    assert [name for name, *_ in started()] == ['kd-teacher', 'baseline']
    student, other = runs
    log = executor.failed[student.teacher.id]
    assert executor.failed == {student.teacher.id: log, student.id: log}
    assert 'out of luck' in open(log).read()
    assert executor.record(other)['top1'] == 0.5
    assert f'{student.id}: not made, its teacher failed' in (
        capsys.readouterr().out
    )


def test_a_finished_run_is_not_made_again(setting, runs):
    make, started = setting
    make().execute(runs)
    assert len(started()) == 3
    make().execute(runs)
    assert len(started()) == 3


def test_records_that_do_not_fit_are_reported(setting, runs, capsys):
    make, started = setting
    executor = make()
    executor.execute(runs[1:])
    other = Run('baseline', runs[1].cfg, 0, 0, data=dict(train=1))
    executor.execute([other])
    assert len(started()) == 2
    assert (
        f'{other.id}: {runs[1].id}.json is not used, it differs in data\n'
        in capsys.readouterr().out
    )


def test_a_stopped_run_goes_on_unless_facts_of_its_record_changed(
    setting, runs, tmp_path
):
    make, started = setting
    run = runs[1]
    weights = tmp_path / 'work' / run.id / 'epoch_1.pth'
    executor = make(failing=['baseline'])
    executor.execute([run])
    weights.touch()
    executor.execute([run])
    assert weights.exists()
    cfg = Config.fromstring(started()[-1][2], '.py')
    hook = cfg.default_hooks.checkpoint
    assert (hook.interval, hook.max_keep_ckpts) == (
        math.ceil(cfg.train_cfg.max_epochs / 20),
        1,
    )
    executor.facts['commit'] = 'def'
    executor.execute([run])
    assert len(started()) == 3 and not weights.exists()


@pytest.mark.slow
def test_runs_save_when_they_are_stopped(tmp_path, runs, monkeypatch, capsys):
    """What they print as they end tells that they were not killed."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv('STAND_IN', str(tmp_path))
    module = 'skdsrl_mmaction.benchmark.comparison.executor'
    monkeypatch.setattr(f'{module}.WORKER', 'tests.support.stand_in_worker')
    (tmp_path / 'baseline.wait').touch()
    journal, real = tmp_path / 'journal', time.sleep

    def sleep(seconds):
        real(seconds)
        if journal.exists():
            raise KeyboardInterrupt

    monkeypatch.setattr(f'{module}.time.sleep', sleep)
    executor = Executor(str(tmp_path / 'out'), str(tmp_path / 'work'), {})
    with pytest.raises(KeyboardInterrupt):
        executor.execute(runs[1:])
    assert 'runs that save and end: 1\n' in capsys.readouterr().out
    log = tmp_path / 'work' / runs[1].id / 'output.log'
    assert 'the parent has ended' in log.read_text()


@pytest.mark.parametrize('gone', ['file', 'folder'])
def test_a_teacher_without_weights_is_trained_again(
    setting, runs, tmp_path, capsys, gone
):
    """Its record is there; last_checkpoint may still name the weights."""
    make, started = setting
    student = runs[0]
    make(failing=['kd']).execute([student])
    folder = tmp_path / 'work' / student.teacher.id
    (folder / 'epoch_1.pth').unlink()
    if gone == 'folder':
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    executor = make(jobs=2)
    executor.execute([student])
    assert [name for name, *_ in started()] == ['kd-teacher', 'kd'] * 2
    assert not executor.failed
    assert f'{student.teacher.id}: its weights are gone' in (
        capsys.readouterr().out
    )


def test_weights_are_found_where_the_work_dir_was_moved(
    setting, runs, tmp_path
):
    make, started = setting
    student = runs[0]
    make(failing=['kd']).execute([student])
    folder = tmp_path / 'work' / student.teacher.id
    (folder / 'last_checkpoint').write_text('/old/machine/epoch_1.pth')
    make().execute([student])
    assert [name for name, *_ in started()] == ['kd-teacher', 'kd', 'kd']


def test_a_student_never_starts_without_weights(setting, runs):
    make, started = setting
    executor = make(weightless=['kd-teacher'])
    executor.execute(runs[:1])
    assert [name for name, *_ in started()] == ['kd-teacher']
    assert list(executor.failed) == [runs[0].id]


def test_several_processes_for_a_run(setting, runs, monkeypatch):
    monkeypatch.setattr(os, 'cpu_count', lambda: 12)
    make, started = setting
    several = [
        Run(f'{i}', run.cfg, 0, processes=2)
        for i, run in enumerate([runs[1]] * 2)
    ]
    executor = make(jobs=2, gpus=['0', '1', '2', '3', '4'])
    executor.execute(several)
    gpus = {env['CUDA_VISIBLE_DEVICES'] for _, env, _ in started()}
    assert gpus == {'0,1', '2,3'}
    for _, env, config in started():
        assert env['OMP_NUM_THREADS'] == '3'
        assert env['argv'][:2] == ['-m', 'torch.distributed.run']
        assert '2' in env['argv'] and env['argv'][-1].endswith('.worker')
        assert Config.fromstring(config, '.py').launcher == 'pytorch'
    # The total batch is another, and so is the key.
    one = Run('0', runs[1].cfg, 0)
    assert one.key != several[0].key
    assert executor.record(several[0])['config']['processes'] == 2
    assert 'processes' not in one.content['config']


def test_students_learn_from_the_chosen_weights(setting, runs, tmp_path):
    make, started = setting
    student = runs[0]
    executor = make(failing=['kd'])
    executor.execute([student])
    path = tmp_path / f'out/runs/{student.teacher.id}.json'
    chosen = 'best_acc_top1_epoch_1.pth'
    path.write_text(
        json.dumps(dict(json.loads(path.read_text()), chosen=chosen))
    )
    weights = tmp_path / 'work' / student.teacher.id / chosen
    weights.touch()
    make().execute([student])
    assert Config.fromstring(
        started()[-1][2], '.py'
    ).model.teacher_checkpoint == str(weights)
