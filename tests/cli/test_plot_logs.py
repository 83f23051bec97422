import time

import pytest

from skdsrl_mmaction.cli import plot_logs
from tests.support.logs import train_record, write_dump, write_log

pytest.importorskip('plotly')


@pytest.fixture
def work_dir(tmp_path):
    write_log(tmp_path / 'run/1', train_record(1, 1, loss=0.625), end='{"l')
    return tmp_path / 'run'


def test_what_is_written_is_printed(work_dir, capsys):
    write_dump(work_dir / 'x.pkl', [[0.5, 0.25]], [0])
    plot_logs.main([str(work_dir)])
    folder = work_dir / 'plot_logs'
    names = ['curves.png', 'curves.html', 'confusion_matrix.png']
    paths = [str(folder / name) for name in names]
    assert capsys.readouterr().out.splitlines() == paths
    assert '[0.625]' in (folder / 'curves.html').read_text()


def test_several_runs_and_a_folder_of_ones_own(work_dir, tmp_path):
    write_log(tmp_path / 'b/1', train_record(1, 1, loss=0.375))
    out = tmp_path / 'out/of/both'
    plot_logs.main([str(work_dir), str(tmp_path / 'b'), '--out', str(out)])
    html = (out / 'curves.html').read_text()
    assert '[0.625]' in html and '[0.375]' in html
    assert not (work_dir / 'plot_logs').exists()


def test_nothing_is_overwritten_unasked(work_dir):
    (work_dir / 'plot_logs').mkdir()
    page = work_dir / 'plot_logs/curves.html'
    page.write_text('mine')
    with pytest.raises(FileExistsError, match='curves.html exists'):
        plot_logs.main([str(work_dir)])
    assert [x.name for x in page.parent.iterdir()] == ['curves.html']
    assert page.read_text() == 'mine'
    plot_logs.main([str(work_dir), '--overwrite'])
    assert '[0.625]' in page.read_text()


def test_a_page_that_is_watched_follows_the_log(work_dir, monkeypatch):
    page = work_dir / 'plot_logs/curves.html'
    seen = []

    def wait(seconds):
        seen.append((seconds, page.read_text()))
        record = train_record(2, 2, loss=0.5)
        write_log(work_dir / '1', train_record(1, 1, loss=0.625), record)
        if len(seen) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, 'sleep', wait)
    plot_logs.main([str(work_dir), '--watch'])
    assert [seconds for seconds, _ in seen] == [30, 30, 30]
    texts = [text for _, text in seen] + [page.read_text()]
    both = ['[0.625,0.5]' in text for text in texts]
    assert both == [False, True, True, True]
    again = ['http-equiv="refresh" content="30"' in text for text in texts]
    assert again == [True, True, True, False]


@pytest.mark.parametrize('seconds', ['0', '-1', 'often'])
def test_an_interval_that_cannot_be(work_dir, seconds, capsys):
    with pytest.raises(SystemExit):
        plot_logs.main([str(work_dir), '--watch', seconds])
    assert '--watch' in capsys.readouterr().err


def test_a_folder_without_logs_is_refused_in_one_line(tmp_path, python):
    done = python('tools/plot_logs.py', tmp_path, check=False)
    assert done.returncode == 1 and 'Traceback' not in done.stderr
    (line,) = [x for x in done.stderr.splitlines() if 'vis_data' in x]
    assert line.startswith(f'FileNotFoundError: {tmp_path} has no */vis_data')
    assert list(tmp_path.iterdir()) == []
