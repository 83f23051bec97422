import sys

import av
import pytest
from av.video.frame import PictureType

from skdsrl_mmaction.cli import benchmark_pipeline


@pytest.fixture
def tool():
    return benchmark_pipeline


def run(tool, monkeypatch, *argv):
    monkeypatch.setattr(sys, 'argv', ['tool', *map(str, argv)])
    # It would leave this process with one thread.
    monkeypatch.setattr(tool.loading, 'set_up_worker', lambda: None)
    tool.main()


def test_its_own_videos(tool, monkeypatch, tmp_path, capsys):
    for options in tool.SYNTHETIC.values():
        options.update(frames=20, size=(96, 64))
    out = tmp_path / 'out'
    options = ('--rounds', 1, '--workers', 0, '--steps', 0, '--out', out)
    run(tool, monkeypatch, *options)
    table = (out / 'table.md').read_text()
    assert table in capsys.readouterr().out
    for name in 'kinetics_like.mp4', 'ucf_like.avi':
        for variant in 'stock, twice', 'ours, decord', 'ours, pyav':
            assert f'| {name} | {variant} |' in table
            assert f'| {name}, shrunk | {variant} |' in table
    assert 'videos/s' not in table and 'training step' not in table
    assert sorted(path.name for path in out.iterdir()) == (
        ['plot.png', 'table.md']
    )


def test_what_the_videos_are(tool, tmp_path):
    """B-frames in both, and one key frame in the AVI."""
    for name, options in tool.SYNTHETIC.items():
        path = str(tmp_path / name)
        tool.write_synthetic(path, **dict(options, frames=20))
        with av.open(path) as container:
            stream = container.streams.video[0]
            assert (stream.width, stream.height) == options['size']
            frames = list(container.decode(stream))
        assert len(frames) == 20
        kinds = {PictureType(frame.pict_type).name for frame in frames}
        assert kinds == {'I', 'P', 'B'}


def test_given_videos(tool, monkeypatch, tmp_path, counting_video):
    run(
        tool,
        monkeypatch,
        *(counting_video, '--out', tmp_path, '--no-shrunk'),
        *('--rounds', 1, '--workers', 0, '--steps', 0),
    )
    table = (tmp_path / 'table.md').read_text()
    assert '| counting.mp4 | ours, pyav |' in table and 'shrunk' not in table


def test_arguments(tool, monkeypatch, capsys, counting_video, tmp_path):
    for argv, message in (
        (['none.mp4'], 'none.mp4 does not exist'),
        (['--rounds', '0'], '--rounds 0 must be'),
    ):
        with pytest.raises(SystemExit):
            run(tool, monkeypatch, *argv)
        assert message in capsys.readouterr().err
    options = ('--no-shrunk', '--steps', 0, '--out', tmp_path)
    with pytest.raises(ValueError, match="named 'counting.mp4' too"):
        run(tool, monkeypatch, counting_video, counting_video, *options)
