"""tools/benchmark.py as a user runs it, on tiny videos."""

import json
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
    *('train_dataloader.num_workers=0', 'test_dataloader.num_workers=0'),
    *('train_dataloader.persistent_workers=False',),
    *('test_dataloader.persistent_workers=False',),
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
        *args, cwd=ROOT, capture_output=True, text=True, timeout=600, **kwargs
    )


def records(out):
    """Every record but for what no second run repeats, by file."""
    found = {}
    for path in (out / 'runs').glob('*.json'):
        found[path.name] = json.loads(path.read_text())
        found[path.name].pop('resources')
    return found


def test_cross_validation(tiny_dataset, tmp_path):
    """Two methods; one of them cannot be trained and stops nothing."""
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
        assert record['config']['model']['backbone']['base_channels'] == 4
        assert 0 <= record['top1'] <= record['top5'] == 1  # of 3 classes
        assert str(tiny_dataset) not in json.dumps(record)
    table = (tmp_path / 'table.md').read_text()
    assert '| baseline_r3d18_ucf101 | 2 |' in table
    assert '| broken | 0 |' in table
    assert (tmp_path / 'plot.png').stat().st_size > 5000
    # Both failures are told, with a log that tells why.
    lines = [x for x in done.stdout.splitlines() if x.startswith('FAILED: ')]
    assert len(lines) == 2
    for line in lines:
        log = line.rsplit('see ', 1)[1]
        assert 'momentum' in open(log).read()


def test_killed_and_started_again(tiny_dataset, tmp_path):
    """Teacher and student, as if nothing had happened."""
    config = 'configs/kd_r3d18_ucf101.py'
    options = [*TINY, *official(tiny_dataset)]
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
    done = run([*command(killed, config), *options])
    assert '0 to go' in done.stdout and table.read_text() == text
    assert '| kd_r3d18_ucf101-teacher | 1 |' in text


# --- options, without a process ---------------------------------------------


def planned(monkeypatch, tmp_path, *argv):
    argv = ['benchmark.py', *map(str, argv), '--out', str(tmp_path)]
    monkeypatch.setattr(sys, 'argv', argv)
    return benchmark.plan(benchmark.parse_args())


def test_pairs_stand_together(monkeypatch, tiny_dataset, tmp_path):
    runs = planned(
        monkeypatch,
        tmp_path,
        *('configs/baseline_r3d18_*', 'configs/skdsrl_r3d18_ucf101.py'),
        *('--seeds', '0', '4', *cross_validation(tiny_dataset)),
    )
    assert [run.seed for run in runs] == 8 * [0] + 8 * [4]
    assert [run.fold for run in runs] == 2 * (4 * [0] + 4 * [1])
    assert [run.name for run in runs[:4]] == [
        'baseline_r3d18_hmdb51',
        'baseline_r3d18_k400',
        'baseline_r3d18_ucf101',
        'skdsrl_r3d18_ucf101',
    ]
    assert len({run.id for run in runs}) == 16
    for run_ in runs:
        assert run_.cfg.model.cls_head.num_classes == 3


@pytest.mark.parametrize(
    'argv, message',
    [
        (['configs/nothing*.py'], "no config matches 'configs/nothing"),
        (
            ['configs/skdsrl_r3d18_demo.py', 'configs/skdsrl_r3d18_k400.py'],
            'train_dataloader.batch_size differs',
        ),
        (
            ['configs/baseline_r3d18_k400.py', 'TMP/baseline_r3d18_k400.py'],
            'a config named',
        ),
    ],
)
def test_refusals(monkeypatch, tmp_path, argv, message):
    (tmp_path / 'baseline_r3d18_k400.py').write_text('model = dict()')
    argv = [arg.replace('TMP', str(tmp_path)) for arg in argv]
    with pytest.raises((FileNotFoundError, ValueError), match=message):
        planned(monkeypatch, tmp_path, *argv)


@pytest.mark.parametrize(
    'argv, message',
    [
        (['--folds', '2'], '--folds needs --ann-file'),
        (['--data-prefix', 'a'], 'need --folds'),
        (['--jobs', '0'], '--jobs must be at least 1'),
    ],
)
def test_options_that_belong_together(
    monkeypatch, tmp_path, capsys, argv, message
):
    with pytest.raises(SystemExit):
        planned(monkeypatch, tmp_path, 'configs/*', *argv)
    assert message in capsys.readouterr().err
