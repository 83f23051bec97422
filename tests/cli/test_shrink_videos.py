import sys

import av
import numpy as np
import pytest

from skdsrl_mmaction.cli import shrink_videos
from skdsrl_mmaction.datasets.preparation.copied_annotations import (
    plan_annotation_files,
)
from skdsrl_mmaction.datasets.preparation.shrink import (
    find_videos,
    shrink_video,
    shrunk_size,
)
from skdsrl_mmaction.datasets.video import PyAVReader
from tests.support.codecs import write_video
from tests.support.mp4_boxes import ORIENTATIONS, set_orientation
from tests.support.videos import write_counting_video


@pytest.mark.parametrize(
    'size, short_side, want',
    [
        ((340, 256), 128, (170, 128)),
        ((256, 340), 128, (128, 170)),
        ((320, 240), 128, (170, 128)),  # 170.7: even and nearest
        ((100, 80), 128, (100, 80)),  # never larger
        ((101, 81), 128, (100, 80)),
    ],
)
def test_shrunk_size(size, short_side, want):
    assert shrunk_size(*size, short_side) == want


def decoded(path):
    with av.open(str(path)) as container:
        return [
            frame.to_ndarray(format='gray') for frame in container.decode()
        ]


def test_same_frames_smaller(counting_video, tmp_path):
    out = tmp_path / 'out.mp4'
    assert shrink_video((str(counting_video), str(out)), 32, 4) == 25
    frames = decoded(out)
    assert [frame.shape for frame in frames] == [(32, 42)] * 25
    for i, (frame, before) in enumerate(zip(frames, decoded(counting_video))):
        assert abs(frame.mean() - before.mean()) < 2
        assert abs(frame.mean() - 10 * i) < 8
    with av.open(str(out)) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == 25
        keys = [p.is_keyframe for p in container.demux(stream) if p.size]
    # A key frame at least every fourth; x264 may add some.
    assert all(any(keys[i : i + 4]) for i in range(len(keys) - 3))
    decord = pytest.importorskip('decord')  # which finds the same
    reader = decord.VideoReader(str(out))
    there = [np.mean(reader[i].asnumpy()) for i in (24, 3, 11)]
    assert there == pytest.approx([240, 30, 110], abs=8)


def test_avi_with_b_frames(real_videos, tmp_path):
    """Its header counts more frames than decode, and its times lie."""
    (src, *_) = sorted((real_videos / 'ut_interaction_avi').glob('*.avi'))
    out = tmp_path / 'out.mp4'
    frames = shrink_video((str(src), str(out)), 120, 8)
    before = decoded(src)
    assert frames == len(before) == len(PyAVReader(str(out)))
    for a, b in zip(decoded(out), before):
        assert abs(a.mean() - b.mean()) < 2


def run(monkeypatch, *argv):
    argv = ['shrink_videos.py', *map(str, argv), '--workers', '1']
    monkeypatch.setattr(sys, 'argv', argv)
    with pytest.raises(SystemExit) as ended:
        shrink_videos.main()
    return ended.value.code


def test_a_data_set(counting_video, tmp_path, monkeypatch, capsys):
    src, dst = tmp_path / 'src', tmp_path / 'dst'
    for name in 'a/1.avi', 'b/2.mp4', 'b/bad.avi':
        (src / name).parent.mkdir(parents=True, exist_ok=True)
    write_counting_video(src / 'a/1.avi', 12, fourcc='XVID')
    (src / 'b/2.mp4').write_bytes(counting_video.read_bytes())
    (src / 'b/bad.avi').write_text('no video')
    (src / 'notes.txt').write_text('no video either')
    ann_file = tmp_path / 'train.txt'
    # A blank line, and a video that is not there.
    ann_file.write_text('a/1.avi 0\n\nb/2.mp4 1\nb/bad.avi 1\nno.avi 0\n')

    argv = (src, dst, '--short-side', '32', '--ann-file', ann_file)
    assert run(monkeypatch, *argv) == 1
    printed, progress = capsys.readouterr()
    assert '100%' in progress
    assert '3 videos, 3 of them to shrink' in printed
    assert '2 videos written' in printed
    assert f'skipped {src}/b/bad.avi: ' in printed
    assert sorted(x.name for x in dst.rglob('*.*')) == (
        ['1.mp4', '2.mp4', 'train.txt']
    )
    assert (dst / 'train.txt').read_text() == 'a/1.mp4 0\nb/2.mp4 1\n'
    assert len(decoded(dst / 'a/1.mp4')) == 12

    # A second run makes what is missing and leaves the rest.
    write_counting_video(src / 'b/bad.avi', 12, fourcc='XVID')
    (dst / 'a/1.mp4').unlink()
    before = (dst / 'b/2.mp4').stat().st_mtime_ns
    assert run(monkeypatch, *argv) == 0
    assert '3 videos, 2 of them to shrink' in capsys.readouterr().out
    assert len(decoded(dst / 'a/1.mp4')) == 12
    assert (dst / 'b/2.mp4').stat().st_mtime_ns == before
    text = 'a/1.mp4 0\nb/2.mp4 1\nb/bad.mp4 1\n'
    assert (dst / 'train.txt').read_text() == text


@pytest.mark.parametrize(
    'text', ['', 'b.mp4 1\n', 'b.mp4 1\na.mp4 0\n', 'a.mp4 0\nmine.mp4 3\n']
)
def test_an_annotation_file_of_the_users_is_found_before_encoding(
    tmp_path, monkeypatch, text
):
    """Pruned, in another order, or with other lines; a.mp4 exists."""
    for name in 'src/a.avi', 'src/b.avi', 'dst/a.mp4':
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / 'train.txt').write_text('a.avi 0\nb.avi 1\n')
    mine = tmp_path / 'dst/train.txt'
    mine.write_text(text)
    monkeypatch.setattr(shrink_videos, 'shrink_videos', None)
    argv = (tmp_path / 'src', tmp_path / 'dst', '--workers', '1')
    with pytest.raises(FileExistsError, match='train.txt exists'):
        shrink_videos.main(
            [*map(str, argv), '--ann-file', str(tmp_path / 'train.txt')]
        )
    assert mine.read_text() == text


def test_annotation_files_of_the_same_name(tmp_path):
    for name in 'a', 'b':
        (tmp_path / name).mkdir()
        (tmp_path / name / 'train.txt').write_text('1.avi 0\n')
    files = [tmp_path / name / 'train.txt' for name in 'ab']
    with pytest.raises(ValueError, match='b/train.txt: another one'):
        plan_annotation_files(files, tmp_path / 'dst', [])


def test_a_size_that_decord_cannot_read(tmp_path):
    """Rows of 72 pixels are taken for four channels."""
    pytest.importorskip('decord')
    src = write_counting_video(tmp_path / 'src.avi', 8, (144, 128), 'XVID')
    with pytest.raises(ValueError, match='of 72x64 .* another --short-side'):
        shrink_video((str(src), str(tmp_path / 'dst.mp4')), 64, 8)
    assert [x.name for x in tmp_path.iterdir()] == ['src.avi']


def test_two_videos_with_the_same_copy(tmp_path):
    for name in 'a.avi', 'a.mp4':
        (tmp_path / name).touch()
    with pytest.raises(ValueError, match='a.mp4: another video would be'):
        find_videos(tmp_path, tmp_path / 'dst')


def test_an_empty_folder(tmp_path):
    with pytest.raises(ValueError, match='holds no video'):
        find_videos(tmp_path, tmp_path / 'dst')


@pytest.mark.parametrize('option', ['--workers', '--key-interval'])
def test_numbers_that_must_be_positive(capsys, option):
    with pytest.raises(SystemExit):
        shrink_videos.main(['a', 'b', option, '0'])
    assert f'{option}=0 must be 1 or more' in capsys.readouterr().err


@pytest.mark.parametrize('side', ['0', '31'])
def test_short_side(monkeypatch, capsys, side):
    assert run(monkeypatch, 'a', 'b', '--short-side', side) == 2
    assert 'must be even' in capsys.readouterr().err


@pytest.mark.parametrize('orientation', ORIENTATIONS)
def test_copies_are_upright(orientation, tmp_path):
    src, dst = tmp_path / 'src.mp4', tmp_path / 'dst.mp4'
    write_video(src, 'libx264', frames=5, size=(128, 64))
    set_orientation(src, orientation)
    shrink_video((str(src), str(dst)), 32, 8)
    before = PyAVReader(str(src)).get_batch([0, 4])
    after = PyAVReader(str(dst)).get_batch([0, 4])
    with av.open(str(dst)) as container:  # for other readers as well
        stored = [f.to_ndarray(format='rgb24') for f in container.decode()]
    assert np.array_equal(after, [stored[0], stored[4]])
    for big, small in zip(before, after):
        height, width = small.shape[:2]
        assert big.shape == (2 * height, 2 * width, 3)
        big = big.reshape(height, 2, width, 2, 3).mean((1, 3))
        assert np.abs(big - small).mean() < 25
        assert np.abs(big[::-1] - small).mean() > 50
        assert np.abs(big[:, ::-1] - small).mean() > 50


def test_a_cover_picture_is_not_the_video(tmp_path):
    src, dst = tmp_path / 'src.mkv', tmp_path / 'dst.mp4'
    write_video(src, 'libx264', frames=20, companion='cover')
    assert shrink_video((str(src), str(dst)), 32, 8) == 20
    assert len(PyAVReader(str(dst))) == 20


def test_without_decord(counting_video, tmp_path, python):
    """No part of loading and preparing videos needs it."""
    python(
        '-c',
        f"""
import sys
sys.modules['decord'] = None
from skdsrl_mmaction.datasets.preparation.shrink import shrink_video
from skdsrl_mmaction.datasets.preparation.video_check import check_videos
from skdsrl_mmaction.datasets.transforms import VideoInit

copy = {str(tmp_path / 'copy.mp4')!r}
assert shrink_video(({str(counting_video)!r}, copy), 32, 8) == 25
assert list(check_videos([copy], 1)) == [None]
results = VideoInit()(dict(filename=copy, start_index=0))
assert results['total_frames'] == 25
""",
    )
