"""tools/benchmark.py as a user runs it, on tiny videos."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from skdsrl_mmaction.cli import benchmark
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

TINY = [
    *('--epochs', '1', '--width', '4', '--transform-options'),
    *('Resize.scale=(-1,36)', 'RandomCrop.size=32', 'CenterCrop.crop_size=32'),
    *('--cfg-options', 'train_dataloader.batch_size=2'),
]
NO_WORKERS = [
    *('train_dataloader.num_workers=0', 'test_dataloader.num_workers=0'),
    *('train_dataloader.persistent_workers=False',),
    *('test_dataloader.persistent_workers=False',),
]
TWO_WORKERS = [
    *('train_dataloader.num_workers=2', 'test_dataloader.num_workers=2'),
]


def command(out, *configs):
    return [
        *map(str, (sys.executable, 'tools/benchmark.py', *configs)),
        *('--out', str(out), '--work-dir', str(out / 'work')),
    ]


def cross_validation(folder):
    lists = [str(folder / f'{split}.txt') for split in ('train', 'val')]
    return [
        *('--ann-file', *lists, '--data-prefix', str(folder)),
        *('--folds', '2', '--group', r'\d+'),
    ]


def official(folder):
    """Options for one training and one test list; they end --cfg-options."""
    return [
        'model.cls_head.num_classes=3',
        'model.teacher.cls_head.num_classes=3',
        *(f'train_dataloader.dataset.ann_file={folder}/train.txt',),
        *(f'test_dataloader.dataset.ann_file={folder}/val.txt',),
        *(f'train_dataloader.dataset.data_prefix.video={folder}',),
        *(f'test_dataloader.dataset.data_prefix.video={folder}',),
    ]


def run(*args, **kwargs):
    return subprocess.run(
        *args, cwd=ROOT, capture_output=True, text=True, timeout=300, **kwargs
    )


def records(out):
    """Every record but for what no second run repeats, by file."""
    found = {}
    for path in (out / 'runs').glob('*.json'):
        found[path.name] = json.loads(path.read_text())
        found[path.name].pop('resources')
    return found


def test_cross_validation(tiny_dataset, tmp_path):
    """Two methods; one of them cannot be trained and stops nothing.

    The loaders have two workers each, which the tool has to start in a
    process that watches its stdin.
    """
    broken = tmp_path / 'broken.py'
    broken.write_text(
        f'_base_ = {str(ROOT / "configs/baseline_r3d18_ucf101.py")!r}\n'
        "custom_hooks = [dict(type='EMAHook', momentum=7)]\n"
    )
    done = run(
        [
            *command(tmp_path, 'configs/*line_r3d18_ucf101.py', broken),
            *cross_validation(tiny_dataset),
            *('--jobs', '2'),
            *TINY,
            *TWO_WORKERS,
        ]
    )
    assert done.returncode == 1, done.stderr[-3000:]
    made = records(tmp_path)
    assert {(r['name'], r['fold']) for r in made.values()} == {
        ('baseline_r3d18_ucf101', fold) for fold in (0, 1)
    }
    for record in made.values():
        assert record['iterations'] == 3  # 6 of 12 videos, two at a time
        assert record['budget'] == 'steps'
        assert record['key_form'] == 2
        assert record['config']['model']['backbone']['base_channels'] == 4
        assert record['config']['custom_imports']['imports']
        assert 0 <= record['top1'] <= record['top5'] == 1  # of 3 classes
        assert str(tiny_dataset) not in json.dumps(record)
    table = (tmp_path / 'table.md').read_text()
    assert '| baseline_r3d18_ucf101 | 2 |' in table
    assert '| broken | 0 |' in table
    assert 'older form' not in table
    assert (tmp_path / 'plot.png').stat().st_size > 5000
    # Both failures are reported, with a log that says why.
    lines = [x for x in done.stdout.splitlines() if x.startswith('FAILED: ')]
    assert len(lines) == 2
    for line in lines:
        log = line.rsplit('see ', 1)[1]
        assert 'momentum' in open(log).read()


def test_killed_and_started_again(tiny_dataset, tmp_path, monkeypatch, capsys):
    """Teacher and student, as if nothing had happened."""
    config = 'configs/kd_r3d18_ucf101.py'
    options = [*TINY, *NO_WORKERS, *official(tiny_dataset)]
    whole, killed = tmp_path / 'whole', tmp_path / 'killed'
    done = run([*command(whole, config), *options])
    assert done.returncode == 0, done.stderr[-3000:]
    assert len(records(whole)) == 2

    tool = subprocess.Popen(
        [*command(killed, config), *options],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.time() + 300
    while not list(killed.glob('runs/*.json')):
        assert tool.poll() is None and time.time() < deadline
        time.sleep(0.1)
    # The teacher is there; the student is in the middle.
    tool.send_signal(signal.SIGKILL)
    tool.wait()
    assert len(records(killed)) == 1
    (teacher,) = killed.glob('runs/*.json')
    before = teacher.stat().st_mtime_ns

    done = run([*command(killed, config), *options])
    assert done.returncode == 0, done.stderr[-3000:]
    assert '1 to go' in done.stdout
    assert records(killed) == records(whole)
    assert teacher.stat().st_mtime_ns == before

    # With nothing left to do, the same table again.
    table = killed / 'table.md'
    text = table.read_text()
    table.unlink()
    monkeypatch.setattr(signal, 'signal', lambda *_: None)
    benchmark.main([*command(killed, config), *options][2:])
    assert '0 to go' in capsys.readouterr().out
    assert table.read_text() == text
    assert '| kd_r3d18_ucf101-teacher | 1 |' in text

    # And of the records alone, without configs and videos.
    table.unlink()
    name = 'kd_r3d18_ucf101'
    argv = [config, '--out', str(killed), '--from-records']
    benchmark.main([*argv, '--against', name])
    assert table.read_text() == text and text in capsys.readouterr().out


def test_killed_while_a_job_runs(tiny_dataset, tmp_path):
    """The job goes on, and makes the record that a process makes."""
    config = 'configs/baseline_r3d18_ucf101.py'
    data, _, *more = official(tiny_dataset)
    options = ['--epochs', '5', *TINY[2:], *NO_WORKERS, data, *more]
    whole, killed = tmp_path / 'whole', tmp_path / 'killed'
    done = run([*command(whole, config), *options])
    assert done.returncode == 0, done.stderr[-3000:]

    in_jobs = [*command(killed, config), '--cluster', 'local', *options]
    tool = subprocess.Popen(
        in_jobs, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.time() + 300
    while not list(killed.glob('work/*/submitit/*_log.out')):
        assert tool.poll() is None and time.time() < deadline
        time.sleep(0.1)
    tool.send_signal(signal.SIGKILL)
    tool.wait()
    assert not records(killed)

    done = run(in_jobs)
    assert done.returncode == 0, done.stderr[-3000:]
    assert len(list(killed.glob('work/*/submitit/*_submitted.pkl'))) == 1
    assert records(killed) == records(whole) != {}


def test_a_config_with_itself_in_two_processes_each(
    tiny_dataset, tmp_path, capsys
):
    """Each run is validated on videos cut from training, and started again."""
    done = run(
        [
            *command(tmp_path, 'configs/baseline_r3d18_ucf101.py'),
            *('--apply', 'skdsrl', '--gpus-per-run', '2', '--val', '0.5'),
            *TINY,
            *NO_WORKERS,
            *('val_dataloader.num_workers=0',),
            *('val_dataloader.persistent_workers=False',),
            *official(tiny_dataset)[:1],
            *official(tiny_dataset)[2:],
        ]
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    made = records(tmp_path)
    names = ['baseline_r3d18_ucf101', 'baseline_r3d18_ucf101-skdsrl']
    assert sorted(r['name'] for r in made.values()) == names
    for record in made.values():
        assert record['iterations'] == 1  # 4 of 8 videos, 2 in each process
        assert record['chosen'] == 'best_acc_top1_epoch_1.pth'
        assert record['config']['processes'] == 2
        assert record['data']['val'][0]['ann_file'].startswith('4 samples')
        assert 0 <= record['top1'] <= record['top5'] == 1
    benchmark.main(['--so-far', '--out', str(tmp_path)])
    printed = capsys.readouterr().out
    table = (tmp_path / 'table.md').read_text()
    assert printed == f'{table}\n2 of 2 runs are finished.\n'
    assert f'| {names[1]} | 1 |' in table and 'chosen on videos cut' in table


# --- options, without a process ---------------------------------------------


def planned(folder, *argv):
    argv = [*map(str, argv), '--out', str(folder), '--work-dir', str(folder)]
    return benchmark.plan(benchmark.parse_args(argv))


def test_options_reach_the_plan(tiny_dataset, tmp_path):
    runs = planned(
        tmp_path,
        *('configs/baseline_r3d18_ucf101.py', '--seeds', '0', '4'),
        *('--budget', 'compute'),
        *(
            *cross_validation(tiny_dataset),
            *TINY,
            'randomness.deterministic=1',
        ),
    )
    assert [(run.seed, run.fold) for run in runs] == (
        [(0, 0), (0, 1), (4, 0), (4, 1)]
    )
    assert (tmp_path / 'lists').is_dir()
    for run_ in runs:
        assert run_.cfg.train_cfg.max_epochs == 2
        assert run_.cfg.model.backbone.base_channels == 4
        assert run_.cfg.randomness == dict(deterministic=1, seed=run_.seed)
        assert run_.cfg.test_dataloader.dataset.pipeline[4].crop_size == 32


def test_other_copies_of_the_videos_are_other_runs(tiny_dataset, tmp_path):
    options = ['configs/kd_r3d18_ucf101.py', *TINY]
    (run,) = planned(tmp_path, *options, *official(tiny_dataset))
    (same,) = planned(tmp_path, *options, *official(tiny_dataset))
    assert same.id == run.id
    copy = tmp_path / 'copy'
    copy.mkdir()
    for path in tiny_dataset.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
        os.utime(copy / path.name, (1, 1))
    (other,) = planned(tmp_path, *options, *official(copy))
    assert other.id != run.id


def test_more_gpus_than_there_are(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, 'granted_gpus', lambda: ['0', '1'])
    argv = ['configs/baseline_r3d18_ucf101.py', '--gpus-per-run', '3']
    with pytest.raises(ValueError, match='--gpus-per-run=3 must be at most 2'):
        benchmark.main([*argv, '--out', str(tmp_path)])


@pytest.mark.parametrize(
    'option, message',
    [
        ('param_scheduler.0.factor=0.5', 'sets param_scheduler itself'),
        ('default_hooks.checkpoint.interval=1', 'the last weights'),
        ('val_dataloader.num_workers=0', 'set test_dataloader'),
        ('randomness.seed=1', 'use --seeds'),
    ],
)
def test_options_on_what_the_comparison_sets(tmp_path, option, message):
    argv = ['configs/baseline_r3d18_ucf101.py', '--cfg-options', option]
    with pytest.raises(ValueError, match=message):
        planned(tmp_path, *argv)


@pytest.mark.parametrize(
    'argv, message',
    [
        (['configs/*', '--folds', '2'], '--folds needs --ann-file'),
        (['configs/*', '--data-prefix', 'a'], 'need --folds'),
        (['configs/*', '--jobs', '0'], '--jobs=0 must be at least 1'),
        ([], 'configs are required without --from-records'),
        (['configs/*', '--gpus-per-run', '0'], '--gpus-per-run=0 must be at'),
        (['configs/*', '--val', '1'], '--val=1.0 must be between 0 and 1'),
        (['configs/*', '--apply', 'kd'], "invalid choice: 'kd'"),
        (['configs/*', '--cluster', 'slurm', '--time', '9'], 'needs --part'),
        (['configs/*', '--partition', 'long'], 'need --cluster slurm'),
        (['configs/*', '--cluster', 'local', '--time', '9'], 'need --cluster'),
        (
            [
                *('configs/*', '--cluster', 'slurm', '--partition', 'long'),
                *('--time', 'soon'),
            ],
            "--time='soon' must be a time as MINUTES",
        ),
    ],
)
def test_options_that_belong_together(tmp_path, capsys, argv, message):
    with pytest.raises(SystemExit):
        planned(tmp_path, *argv)
    assert message in capsys.readouterr().err
