import shutil

import pytest

from skdsrl_mmaction.visualization.logs import read_run, read_runs
from tests.support.logs import train_record as train
from tests.support.logs import val_record as val
from tests.support.logs import write_log as write


def curve(run, key, part='train'):
    x, y = getattr(run, part)[key]
    return list(zip(x, y))


def test_x_counts_epochs(tmp_path):
    write(
        tmp_path / '1',
        train(2, 1, loss=5.0, lr=0.1),
        train(4, 1, loss=4.0),
        val(1, **{'acc/top1': 0.25, 'time': 1.0}),
        train(6, 2, loss=3.0),
        train(8, 2, loss=float('nan')),
        val(2, **{'acc/top1': 0.5}),
    )
    run = read_run(tmp_path, 'x')
    assert (run.name, run.unit) == ('x', 'epoch')
    assert curve(run, 'loss')[:3] == [(0.5, 5.0), (1, 4.0), (1.5, 3.0)]
    assert curve(run, 'lr') == [(0.5, 0.1)]
    assert curve(run, 'acc/top1', 'val') == [(1, 0.25), (2, 0.5)]
    assert set(run.train) == {'loss', 'lr'}
    assert set(run.val) == {'acc/top1', 'time'}
    assert run.train['loss'].y[3] != run.train['loss'].y[3]


@pytest.mark.parametrize('step', [0, 40])  # by epochs, by iterations
def test_x_counts_iterations_where_training_does(tmp_path, step):
    write(tmp_path / '1', train(40, loss=5.0), val(step, top1=1.0))
    run = read_run(tmp_path, 'x')
    assert run.unit == 'iteration'
    assert curve(run, 'loss') == [(40, 5.0)]
    assert curve(run, 'top1', 'val') == [(40, 1.0)]


def test_a_resumed_run_replaces_what_it_trains_again(tmp_path):
    write(
        tmp_path / '20250101_000000',
        train(2, 1, loss=1.0),
        val(1, top1=0.1),
        train(4, 2, loss=2.0),
        val(2, top1=0.2),
        train(6, 3, loss=3.0),
        resume=False,
    )
    # Killed in epoch 3, resumed after epoch 1.
    write(tmp_path / '20250101_000001', train(4, 2, loss=2.5), resume=True)
    run = read_run(tmp_path, 'x')
    assert curve(run, 'loss') == [(1, 1.0), (2, 2.5)]
    assert curve(run, 'top1', 'val') == [(1, 0.1)]
    # Resumed once more; a missed validation comes first.
    write(
        tmp_path / '20250101_000002',
        val(2, top1=0.7),
        train(6, 3, loss=3.5),
        resume=True,
    )
    run = read_run(tmp_path, 'x')
    assert curve(run, 'loss') == [(1, 1.0), (2, 2.5), (3, 3.5)]
    assert curve(run, 'top1', 'val') == [(1, 0.1), (2, 0.7)]


def test_a_new_run_in_the_same_work_dir_begins_anew(tmp_path):
    write(tmp_path / '1', train(1, 1, loss=1.0), val(1, a=1.0), resume=False)
    write(tmp_path / '2', train(2, 1, loss=2.0), resume=False)
    (tmp_path / '3').mkdir()  # a test logs no scalars
    run = read_run(tmp_path, 'x')
    assert curve(run, 'loss') == [(1, 2.0)]
    assert run.val == {}
    # The folder of one start.
    assert curve(read_run(tmp_path / '1', 'x'), 'loss') == [(1, 1.0)]


@pytest.mark.parametrize('end', ['{', '{"loss": 0.', '{"loss": 0.5, "st'])
def test_a_line_that_is_being_written_is_left_out(tmp_path, end):
    write(tmp_path / '1', train(1, 1, loss=1.0), end=end)
    assert curve(read_run(tmp_path, 'x'), 'loss') == [(1, 1.0)]


def test_a_log_that_has_only_begun_is_empty(tmp_path):
    write(tmp_path / '1', end='{"lo')
    run = read_run(tmp_path, 'x')
    assert run.train == run.val == {}


def test_another_bad_line_is_an_error(tmp_path):
    write(tmp_path / '1', end='{"lo\n{"loss": 1.0, "iter": 1, "step": 1}\n')
    with pytest.raises(ValueError, match=r'scalars.json, line 1: .*no record'):
        read_run(tmp_path, 'x')


def test_a_folder_without_logs_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=str(tmp_path)):
        read_run(tmp_path, 'x')


def test_names_are_as_short_as_they_can_be(tmp_path):
    write(tmp_path / 'a/fold_1/1', train(1, 1, loss=1.0))
    for other in ('a/fold_2', 'b/fold_1'):
        shutil.copytree(tmp_path / 'a/fold_1', tmp_path / other)
    folders = [tmp_path / x for x in ('a/fold_1', 'a/fold_2', 'b/fold_1')]
    names = [[x.name for x in read_runs(folders[n:])] for n in (2, 1, 0)]
    assert names == [
        ['fold_1'],
        ['fold_2', 'fold_1'],
        ['a/fold_1', 'a/fold_2', 'b/fold_1'],
    ]
    with pytest.raises(ValueError, match='fold_1 is given twice'):
        read_runs([folders[0], folders[1] / '../fold_1'])
