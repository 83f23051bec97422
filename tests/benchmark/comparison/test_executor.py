"""Order, devices and failures, with a stand-in for the worker's process."""

import json
import os
import sys

import pytest
from mmengine.config import Config

from skdsrl_mmaction.benchmark.comparison.executor import Executor
from skdsrl_mmaction.benchmark.comparison.folds import read_samples
from skdsrl_mmaction.benchmark.comparison.plan import Run, make_teacher
from tests.support.paths import ROOT

# Takes what Python would: -m MODULE CONFIG RECORD OUT.
WORKER = """#!{python}
import json, os, sys, time
config, record, out = sys.argv[3:]
folder = os.path.dirname(config)
content = json.load(open(record))
name = content['name']
kept = {{x: os.environ.get(x) for x in
        ('CUDA_VISIBLE_DEVICES', 'OMP_NUM_THREADS')}}
with open({journal!r}, 'a') as file:
    file.write(json.dumps([name, kept, open(config).read()]) + '\\n')
if name in {failing!r}:
    sys.exit('out of luck')
time.sleep(0.5)
with open(os.path.join(folder, 'last_checkpoint'), 'w') as file:
    file.write('weights of ' + name)
content.update(top1=0.5, resources=dict(train_seconds=60, test_seconds=6))
json.dump(content, open(out, 'w'))
"""


@pytest.fixture
def setting(tiny_dataset, tmp_path, monkeypatch):
    """Makes an executor, and reads what its workers were started with."""
    journal = tmp_path / 'journal'
    journal.touch()

    def make(jobs=1, gpus=0, failing=()):
        worker = tmp_path / 'worker'
        worker.write_text(
            WORKER.format(
                python=sys.executable,
                journal=str(journal),
                failing=list(failing),
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
            str(tiny_dataset),
            dict(commit='abc'),
            jobs,
            gpus,
        )

    def started():
        return [json.loads(x) for x in journal.read_text().splitlines()]

    return make, started


@pytest.fixture
def runs(tiny_dataset):
    """A student with its teacher, and one without."""
    samples = {
        split: read_samples([str(tiny_dataset / f'{file}.txt')])
        for split, file in (('train', 'train'), ('test', 'val'))
    }
    made = []
    for method in 'kd', 'baseline':
        cfg = Config.fromfile(ROOT / f'configs/{method}_r3d18_ucf101.py')
        for model in cfg.model, cfg.model.get('teacher', cfg.model):
            model.cls_head.num_classes = 3
        cfg.train_dataloader.batch_size = 2
        made.append(Run(method, cfg, 0, 0, samples))
    made[0].teacher = make_teacher(made[0])
    return made


def test_student_waits_for_its_teacher(setting, runs, capsys):
    make, started = setting
    executor = make(jobs=2, gpus=2)
    executor.execute(runs)
    first, second, third = started()
    # The free slot does not wait for the teacher: it takes the other run.
    assert {first[0], second[0]} == {'kd-teacher', 'baseline'}
    assert third[0] == 'kd'
    assert "teacher_checkpoint='weights of kd-teacher'" in third[2]
    gpus = {env['CUDA_VISIBLE_DEVICES'] for _, env, _ in (first, second)}
    assert gpus == {'0', '1'}
    threads = str(max(1, os.cpu_count() // 2))
    assert all(env['OMP_NUM_THREADS'] == threads for _, env, _ in started())
    for run in (*runs, runs[0].teacher):
        assert executor.record(run)['commit'] == 'abc'
    out = capsys.readouterr().out
    assert '2 runs, 2 at a time; 3 to go' in out
    # A run takes 66 s; after the first two, one is left for two slots.
    assert '; 1 to go, 0:00:33' in out
    assert '; 0 to go\n' in out


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


def test_what_is_there_is_not_made_again(setting, runs):
    make, started = setting
    make().execute(runs)
    assert len(started()) == 3
    make().execute(runs)
    assert len(started()) == 3


def test_bad_data_stop_before_the_first_run(setting, runs):
    make, started = setting
    bad = runs[1]
    bad.samples = dict(bad.samples, test=['nowhere.mp4 7'])
    with pytest.raises(ValueError, match='label'):
        make().execute(runs)
    assert started() == []
