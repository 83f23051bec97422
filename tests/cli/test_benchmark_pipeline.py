"""tools/benchmark_pipeline.py, without the training steps."""

import pytest

from skdsrl_mmaction.benchmark.speed import loading, synthetic
from skdsrl_mmaction.cli import benchmark_pipeline

NAMES = 'stock, twice', 'ours, decord', 'ours, pyav', 'ours, cached'


@pytest.fixture
def run(monkeypatch):
    # It would leave this process with one thread.
    monkeypatch.setattr(loading, 'set_up_worker', lambda worker=0: None)

    def start(*argv):
        options = ['--rounds', '1', '--workers', '0', '--steps', '0']
        benchmark_pipeline.main([*options, *map(str, argv)])

    return start


def test_its_own_videos(run, monkeypatch, tmp_path, capsys):
    for options in synthetic.SYNTHETIC.values():
        monkeypatch.setitem(options, 'frames', 20)
        monkeypatch.setitem(options, 'size', (96, 64))
    out = tmp_path / 'out'
    run('--out', out)
    table = (out / 'table.md').read_text()
    assert table in capsys.readouterr().out
    for name in 'kinetics_like.mp4', 'ucf_like.avi':
        for variant in NAMES:
            assert f'| {name} | {variant} |' in table
            assert f'| {name}, shrunk | {variant} |' in table
    assert 'videos/s' not in table and 'training step' not in table
    assert sorted(path.name for path in out.iterdir()) == (
        ['plot.png', 'table.md']
    )


def test_given_videos(run, tmp_path, counting_video):
    run(counting_video, '--out', tmp_path, '--no-shrunk')
    table = (tmp_path / 'table.md').read_text()
    assert '| counting.mp4 | ours, pyav |' in table and 'shrunk' not in table


@pytest.mark.parametrize(
    'argv, message',
    [
        (['none.mp4'], 'none.mp4 does not exist'),
        (['--rounds', '0'], '--rounds=0 must be 1 or more'),
    ],
)
def test_arguments(run, capsys, argv, message):
    with pytest.raises(SystemExit):
        run(*argv)
    assert message in capsys.readouterr().err
