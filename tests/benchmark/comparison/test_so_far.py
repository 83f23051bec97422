import json

import pytest
from mmengine.config import Config

from skdsrl_mmaction.benchmark.comparison.report import describe_so_far
from skdsrl_mmaction.benchmark.comparison.run import Run, make_teacher
from skdsrl_mmaction.benchmark.comparison.so_far import (
    read_so_far,
    write_plan,
)
from skdsrl_mmaction.benchmark.machine import versions
from tests.support.paths import ROOT


@pytest.fixture
def runs():
    made = []
    for method in 'kd', 'baseline':
        cfg = Config.fromfile(ROOT / f'configs/{method}_r3d18_ucf101.py')
        made += [Run(method, cfg, seed) for seed in (0, 1)]
    for run in made[:2]:
        run.teacher = make_teacher(run)
    return made


def finish(run, out, **more):
    (out / 'runs').mkdir(exist_ok=True)
    content = dict(
        name=run.name,
        fold=run.fold,
        seed=run.seed,
        key=run.key,
        key_form=2,
        config=run.content['config'],
        data=run.data,
        versions=versions(),
        budget='steps',
        iterations=5,
        top1=0.5,
        top5=None,
        mean_class=None,
        parameters=1,
        flops=1,
        resources=dict(
            device='cpu', train_seconds=60, test_seconds=6, peak_memory_mb=9
        ),
        **more,
    )
    (out / f'runs/{run.id}.json').write_text(json.dumps(content))


def test_rows_and_runs(runs, tmp_path):
    out = tmp_path / 'results'
    write_plan(str(out), runs, ['baseline'])
    so_far = read_so_far(str(out))
    assert so_far == (dict(kd=[], baseline=[]), ['baseline'], 6)
    assert '0 of 6 runs are finished.' in describe_so_far(so_far)

    for run in runs[0], runs[0].teacher, runs[2]:
        finish(run, out)
    # A record of another plan is none of this table.
    finish(Run('baseline', runs[2].cfg, 7), out)
    so_far = read_so_far(str(out))
    assert {k: len(v) for k, v in so_far.records.items()} == {
        'kd': 1,
        'baseline': 1,
        'kd-teacher': 1,
    }
    text = describe_so_far(so_far)
    assert '| kd | 1 | 50.0 |' in text and 'the last weights' in text
    assert text.endswith('3 of 6 runs are finished.')


def test_chosen_weights_are_named(runs, tmp_path):
    write_plan(str(tmp_path), runs[3:], ['baseline'])
    finish(runs[3], tmp_path, chosen='best_acc_top1_epoch_3.pth')
    text = describe_so_far(read_so_far(str(tmp_path)))
    assert 'weights chosen on videos cut from training, 1 fold' in text
    assert 'last weights' not in text


def test_no_comparison(tmp_path):
    with pytest.raises(FileNotFoundError, match='no comparison was started'):
        read_so_far(str(tmp_path))
