import os

import pytest

from skdsrl_mmaction.datasets.preparation import video_check
from skdsrl_mmaction.datasets.preparation.video_check import check_videos
from tests.support.videos import write_counting_video


@pytest.fixture(scope='module')
def videos(tmp_path_factory):
    """Videos by what is wrong with them."""
    folder = tmp_path_factory.mktemp('videos')
    files = {'missing': folder / 'missing.avi'}
    for name, fourcc in ('good.avi', 'XVID'), ('good.mp4', 'mp4v'):
        files[name] = write_counting_video(folder / name, 25, fourcc=fourcc)
    avi, mp4 = (files[x].read_bytes() for x in ('good.avi', 'good.mp4'))
    for name, content in {
        'cut.avi': avi[: avi.index(b'idx1') - 100],
        'header.avi': avi[:200],
        'cut.mp4': mp4[: len(mp4) // 2],
        'empty.avi': b'',
        'text.avi': b'not a video\n' * 100,
    }.items():
        files[name] = folder / name
        files[name].write_bytes(content)
    return {name: str(path) for name, path in files.items()}


def test_what_is_wrong_with_a_video_and_workers_do_not_matter(videos):
    paths = list(videos.values())
    problems = list(check_videos(paths, workers=1))
    assert list(check_videos(paths * 2, workers=3)) == problems * 2
    problems = dict(zip(videos, problems))
    assert problems.pop('missing') == 'missing'
    # An AVI without its index and last frames is a shorter video.
    assert {name for name, problem in problems.items() if not problem} == {
        'good.avi',
        'good.mp4',
        'cut.avi',
    }
    for name, problem in problems.items():
        if problem:
            start = 'unreadable: ValueError: cannot read the video '
            assert problem.startswith(f'{start}{videos[name]!r}: ')


def test_without_decoding_only_missing_files_are_found(videos):
    found = check_videos(list(videos.values()), workers=2, decode=False)
    assert list(found) == ['missing'] + [None] * (len(videos) - 1)


@pytest.mark.parametrize('workers', [1, 2])
def test_processes_that_end_do_not_stop_the_others(
    videos, tmp_path, monkeypatch, workers
):
    """Opening a pipe that nobody writes to hangs in native code."""
    os.mkfifo(tmp_path / 'hangs.avi')
    monkeypatch.setattr(video_check.os.path, 'isfile', os.path.exists)
    good, bad = videos['good.avi'], str(tmp_path / 'hangs.avi')
    found = check_videos([good, bad, good, bad, good], workers, seconds=2)
    killed = 'unreadable: the decoder crashed or took more than 2 s'
    assert list(found) == [None, killed, None, killed, None]
