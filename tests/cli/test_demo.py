"""tools/demo.py: text, JSON and videos with scores drawn in."""

import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import av
import numpy as np
import pytest

from skdsrl_mmaction.cli import demo, main, sources
from skdsrl_mmaction.datasets.video import PyAVReader
from skdsrl_mmaction.inference import Recognizer
from tests.support.trained import CLASSES, skdsrl_slowonly


@pytest.fixture(scope='module')
def trained(tiny_dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp('slowonly')
    return [str(x) for x in skdsrl_slowonly(tiny_dataset, folder)]


def test_text(trained, tiny_dataset, capsys):
    video = str(tiny_dataset / '0.mp4')
    demo.main([*trained, video, '--topk', '2'])
    name, *rows = capsys.readouterr().out.splitlines()
    labels, scores = Recognizer(*trained)(video, topk=2)
    assert name == video
    assert rows == [f'  {s:.4f}  {x}' for x, s in zip(labels, scores)]


def test_json_of_a_folder(trained, tiny_dataset, capsys):
    found = demo.main([*trained, str(tiny_dataset), '--json'])
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == found
    assert len(lines) == 12
    for line in map(json.loads, lines):
        assert line.keys() == {'video', 'labels', 'scores'}
        assert sorted(line['labels']) == sorted(CLASSES)
        assert line['scores'] == sorted(line['scores'], reverse=True)
        assert sum(line['scores']) == pytest.approx(1, abs=1e-4)
    assert len({line['scores'][0] for line in found}) > 1


def test_a_bad_video_does_not_stop_the_others(
    trained, tiny_dataset, tmp_path, capsys
):
    bad = tmp_path / 'bad.mp4'
    bad.write_text('no video')
    good = str(tiny_dataset / '0.mp4')
    with pytest.raises(SystemExit) as stopped:
        demo.main([*trained, str(bad), good, '--json'])
    printed = capsys.readouterr()
    assert stopped.value.code == 1
    assert json.loads(printed.out)['video'] == good
    assert f'{bad}: ' in printed.err


def test_drawn_videos(trained, tiny_dataset, tmp_path, capsys):
    other = tmp_path / 'below'
    other.mkdir()
    (other / '0.mp4').write_bytes((tiny_dataset / '1.mp4').read_bytes())
    given = [str(tiny_dataset / '0.mp4'), str(other / '0.mp4')]
    out = tmp_path / 'out'
    argv = [*trained, *given, '--video', '--window', '0.2', '--out', str(out)]
    demo.main(argv)
    paths = [out / '0.mp4', out / '0_2.mp4']
    assert capsys.readouterr().out.splitlines()[-2:] == list(map(str, paths))
    for path in paths:
        with av.open(str(path)) as container:
            pictures = [
                x.to_ndarray(format='rgb24') for x in container.decode()
            ]
        assert len(pictures) == 24
        assert pictures[0].shape == (360 + 96, 480, 3)
        first, last = pictures[0].astype(int), pictures[-1].astype(int)
        # The plot is the same but for the line at the present time.
        moved = np.abs(first[-60:] - last[-60:]).max(axis=(0, 2)) > 100
        assert 0 < moved.sum() < 40
        assert moved[:10].any() and moved[-40:].any()
    with pytest.raises(FileExistsError, match='--overwrite'):
        demo.main(argv)


@pytest.fixture
def server(tiny_dataset):
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = partial(Quiet, directory=str(tiny_dataset))
    served = ThreadingHTTPServer(('127.0.0.1', 0), handler)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    yield f'http://127.0.0.1:{served.server_port}'
    served.shutdown()


def test_url(trained, tiny_dataset, server, capsys):
    url = f'{server}/0.mp4'
    (found,) = demo.main([*trained, url, '--json'])
    assert json.loads(capsys.readouterr().out) == found
    assert found['video'] == url
    wanted = dict(zip(*Recognizer(*trained)(tiny_dataset / '0.mp4')))
    for label, score in zip(found['labels'], found['scores']):
        assert score == pytest.approx(wanted[label], abs=0.01)


def test_recording(server, tiny_dataset, tmp_path):
    path = str(tmp_path / 'a.mkv')
    sources.record(f'{server}/0.mp4', path, seconds=0.4)
    reader = PyAVReader(path)
    assert len(reader) == 10 and reader.get_avg_fps() == 25
    found = reader.get_batch([9])[0].astype(int)
    wanted = PyAVReader(str(tiny_dataset / '0.mp4')).get_batch([9])[0]
    assert np.abs(found - wanted).mean() < 2


@pytest.mark.parametrize(
    'source, message',
    [('99', 'no video from webcam 99'), ('http://127.0.0.1:9/a', 'from URL')],
)
def test_what_opencv_does_not_open(source, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        sources.record(source, str(tmp_path / 'a.mkv'))


def test_sources(tmp_path, trained):
    with pytest.raises(FileNotFoundError, match='absent.mp4 does not exist'):
        sources.find_sources(['absent.mp4'])
    with pytest.raises(ValueError, match='holds no video'):
        sources.find_sources([str(tmp_path)])
    assert sources.find_sources(['0', 'rtsp://a/b']) == ['0', 'rtsp://a/b']
    with pytest.raises(SystemExit, match='absent.mp4 does not exist'):
        main.main(['demo', *trained, 'absent.mp4'])


@pytest.mark.parametrize('option', ['--topk', '--window', '--seconds'])
def test_numbers(option, capsys):
    with pytest.raises(SystemExit):
        demo.parse_args(['config', 'checkpoint', 'a.mp4', option, '0'])
    assert 'must be above 0' in capsys.readouterr().err


@pytest.mark.slow
def test_a_real_video_from_a_shell(trained, real_videos, python, tmp_path):
    video = real_videos / 'videos/ucf_like_mpeg4.avi'
    done = python(
        *('tools/demo.py', *trained, video, '--json', '--video'),
        *('--out', tmp_path),
    )
    found = json.loads(done.stdout)  # and nothing else
    assert found['video'] == str(video)
    path = tmp_path / 'ucf_like_mpeg4.mp4'
    assert str(path) in done.stderr
    assert len(PyAVReader(str(path))) == len(PyAVReader(str(video)))
