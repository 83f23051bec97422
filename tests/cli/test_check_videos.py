import pytest

from skdsrl_mmaction.cli import check_videos
from skdsrl_mmaction.datasets.preparation import check_list
from skdsrl_mmaction.datasets.video import PyAVReader
from tests.support.bad_videos import KINDS, write_bad_video, write_h264


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('checked')
    for name in 'ab':
        write_h264(str(folder / f'{name}.mp4'), frames=24)
    for kind in KINDS:
        write_bad_video(folder / f'{kind}.mp4', kind)
    return folder


@pytest.fixture
def in_process(monkeypatch):
    def call_each(function, items, workers, seconds):
        for item in items:
            yield function(item), None

    monkeypatch.setattr(check_list, 'call_each', call_each)


def lists_of(folder, names):
    lines = [f'{name}.mp4 {i}\n' for i, name in enumerate(names)]
    path = folder / 'list.txt'
    path.write_text(''.join(lines))
    return path, lines


@pytest.mark.parametrize('option', [[], ['--quick']])
def test_command(python, folder, tmp_path, option):
    """With its default number of workers."""
    path, lines = lists_of(tmp_path, ['a', *KINDS, 'b', 'a'])
    done = python(
        *('tools/data/check_videos.py', path, '--data-prefix', folder),
        *option,
        check=False,
    )
    assert done.returncode == 1
    assert f'3 good videos: {tmp_path}/list_good.txt' in done.stdout
    assert f'12 bad videos: {tmp_path}/list_bad.txt' in done.stdout
    assert 'checking videos' in done.stderr
    good = (tmp_path / 'list_good.txt').read_text().splitlines(keepends=True)
    assert good == [lines[0], *lines[-2:]]
    bad = (tmp_path / 'list_bad.txt').read_text().splitlines()
    for i, (line, kind) in enumerate(zip(bad, KINDS), start=2):
        video, number, problem = line.split('\t')
        assert video == f'{folder}/{kind}.mp4' and number == f'line {i}'
        assert problem
    assert bad[KINDS.index('fifo')].endswith('a FIFO')


def test_nothing_is_overwritten(folder, tmp_path, in_process, capsys):
    path, lines = lists_of(tmp_path, 'ab')
    argv = [str(path), '--data-prefix', str(folder)]
    with pytest.raises(SystemExit) as ended:
        check_videos.main(argv)
    assert ended.value.code == 0
    assert (tmp_path / 'list_good.txt').read_text() == ''.join(lines)
    assert (tmp_path / 'list_bad.txt').read_text() == ''
    with pytest.raises(SystemExit) as ended:
        check_videos.main(argv)
    assert ended.value.code == 2
    assert 'list_good.txt exists' in capsys.readouterr().err
    argv += ['--good', f'{tmp_path}/1.txt', '--bad', f'{tmp_path}/2.txt']
    with pytest.raises(SystemExit) as ended:
        check_videos.main(argv)
    assert ended.value.code == 0


def test_what_only_whole_decoding_finds(
    folder, tmp_path, in_process, monkeypatch
):
    class Reader(PyAVReader):
        def get_batch(self, indices):
            if 10 in indices:
                raise ValueError('frame 10 is broken')
            return super().get_batch(indices)

    monkeypatch.setattr(check_list, 'open_video', Reader)
    path = str(folder / 'a.mp4')
    assert check_list.problem_of_file(path, quick=True) is None
    assert check_list.problem_of_file(path) == 'frame 10 is broken'


def test_frames_are_decoded_in_parts(folder, monkeypatch):
    """All of a long video would not fit into memory."""
    parts = []

    class Reader(PyAVReader):
        def get_batch(self, indices):
            parts.append(list(indices))
            return super().get_batch(indices)

    monkeypatch.setattr(check_list, 'open_video', Reader)
    monkeypatch.setattr(check_list, '_BYTES', 10 * 64 * 48 * 3)
    assert check_list.problem_of_file(str(folder / 'a.mp4')) is None
    assert sum(parts[1:], []) == list(range(24))
    assert max(map(len, parts)) == 10


def test_other_delimiters(folder, tmp_path, in_process):
    path = tmp_path / 'list.txt'
    path.write_text('a.mp4,1\nb.mp4,1\n')
    (first, second) = check_list.check_list(path, folder, ',', True, 1)
    assert first.problem is second.problem is None


@pytest.mark.parametrize(
    'content, message',
    [(b'', 'list.txt is empty'), (b'caf\xe9.mp4 1\n', 'is not UTF-8')],
)
def test_lists_that_are_none(folder, tmp_path, content, message):
    path = tmp_path / 'list.txt'
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        check_list.check_list(path, folder, ' ', True, 1)
