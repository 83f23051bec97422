import os

import pytest

from skdsrl_mmaction.datasets.bad_videos import look_at_frames, look_at_video


def make(folder, name):
    path = folder / name
    if name == 'directory':
        path.mkdir()
    elif name == 'fifo':
        os.mkfifo(path)
    elif name == 'broken_link':
        path.symlink_to(folder / 'nowhere')
    elif name in ('file.mp4', 'empty.mp4'):
        path.write_bytes(b'.' * (name == 'file.mp4'))
    return str(path)


@pytest.mark.parametrize(
    'name, problem',
    [
        ('file.mp4', None),
        ('empty.mp4', 'empty'),
        ('directory', 'a directory'),
        ('fifo', 'a FIFO'),
        ('broken_link', 'missing'),
        ('nothing.mp4', 'missing'),
        ('nothing', 'missing'),
        ('file.mp4/inside.mp4', 'missing'),
    ],
)
def test_videos(tmp_path, name, problem):
    make(tmp_path, 'file.mp4')
    assert look_at_video(make(tmp_path, name)) == problem


def test_the_extension_of_mp4_may_be_left_out(tmp_path):
    make(tmp_path, 'file.mp4')
    assert look_at_video(str(tmp_path / 'file')) is None


def test_links_are_followed(tmp_path):
    make(tmp_path, 'file.mp4')
    (tmp_path / 'link.avi').symlink_to(tmp_path / 'file.mp4')
    assert look_at_video(str(tmp_path / 'link.avi')) is None


@pytest.mark.parametrize('name, file', [('a.avi', 'a.avi'), ('a', 'a.mp4')])
def test_cached_frames_count_as_present(tmp_path, name, file):
    assert look_at_video(str(tmp_path / name)) == 'missing'
    (tmp_path / f'{file}.npy').write_bytes(b'.')
    assert look_at_video(str(tmp_path / name)) is None
    assert look_at_video(str(tmp_path / 'b.npy')) == 'missing'


def test_urls_are_not_looked_at():
    assert look_at_video('http://nowhere.invalid/a.mp4') is None
    assert look_at_frames('s3://bucket/a') is None


def test_folders_of_frames(tmp_path):
    assert look_at_frames(str(tmp_path)) == 'empty'
    path = make(tmp_path, 'file.mp4')
    assert look_at_frames(str(tmp_path)) is None
    assert look_at_frames(path) == 'not a directory'
    assert look_at_frames(str(tmp_path / 'nowhere')) == 'missing'
