import json
import os
import shutil
from fractions import Fraction

import numpy as np
import pytest
from mmengine.config import Config
from mmengine.dataset import Compose

from skdsrl_mmaction.datasets.preparation.cache import (
    cache_video,
    cached_line,
    estimate_bytes,
    find_sources,
    is_cached,
)
from skdsrl_mmaction.datasets.preparation.shrink import shrink_video
from skdsrl_mmaction.datasets.video import CachedReader, PyAVReader, open_video
from skdsrl_mmaction.datasets.video.cache_index import INDEX, read_index
from tests.support.caches import write_cache
from tests.support.codecs import write_video
from tests.support.mp4_boxes import ORIENTATIONS, set_orientation
from tests.support.paths import ROOT

FRAMES = [7, 0, 7, 3]


def one_cached(video, tmp_path, short_side):
    """Cache one video in a process of its own; returns the path to load."""
    src = tmp_path / 'src'
    src.mkdir()
    shutil.copy(video, src / video.name)
    return write_cache(src, tmp_path / 'dst', short_side) / video.name


def resized(path, short_side):
    pipeline = Compose([dict(type='Resize', scale=(-1, short_side))])
    frames = PyAVReader(str(path)).get_batch(FRAMES)
    return pipeline(dict(imgs=frames, img_shape=frames[0].shape[:2]))['imgs']


@pytest.mark.parametrize('orientation', sorted(ORIENTATIONS))
def test_frames_are_those_of_the_reader_and_resize(orientation, tmp_path):
    video = tmp_path / 'a.mp4'
    write_video(video, 'libx264', frames=9, size=(128, 72))
    set_orientation(video, orientation)
    (tmp_path / 'dst').mkdir()
    file = tmp_path / 'dst/a.mp4.npy'
    cache_video((str(video), str(file)), str(tmp_path / 'dst'), 40)
    cached = open_video(str(tmp_path / 'dst/a.mp4'))
    assert isinstance(cached, CachedReader)
    video = PyAVReader(str(video))
    assert len(cached) == len(video) == 9
    assert cached.get_avg_fps() == video.get_avg_fps()
    frames = cached.get_batch(FRAMES).asnumpy()
    assert min(frames[0].shape[:2]) == 40
    assert np.array_equal(frames, resized(video.path, 40))


def test_long_videos_are_decoded_in_blocks(
    counting_video, tmp_path, monkeypatch
):
    module = 'skdsrl_mmaction.datasets.preparation.cache'
    monkeypatch.setattr(f'{module}._BYTES', 4 * 48 * 64 * 3)
    file = tmp_path / 'a.mp4.npy'
    cache_video((str(counting_video), str(file)), str(tmp_path), 24)
    frames = CachedReader(str(file)).get_batch(range(25))
    means = [frame.mean() / 10 for frame in frames]
    assert np.abs(means - np.arange(25)).max() < 0.5


def test_writing_into_frames_changes_neither_file_nor_repeats(
    counting_video, tmp_path
):
    path = str(one_cached(counting_video, tmp_path, 24))
    before = open(f'{path}.npy', 'rb').read()
    first, second, third = open_video(path).get_batch([3, 3, 4])
    first[:] = 255
    assert (second < 255).all() and (third < 255).all()
    assert open(f'{path}.npy', 'rb').read() == before


def outputs(pipeline, path):
    np.random.seed(3)
    results = dict(filename=str(path), start_index=0, modality='RGB', label=1)
    return Compose(pipeline)(results)


@pytest.mark.parametrize('split', ['train', 'val', 'test'])
def test_pipelines_return_the_same(real_videos, tmp_path, split):
    """Of a config of ours, on real AVI and H.264."""
    cfg = Config.fromfile(ROOT / 'configs/skdsrl_r3d18_ucf101.py')
    pipeline = cfg[f'{split}_dataloader'].dataset.pipeline
    videos = [
        sorted((real_videos / folder).rglob('*.*'))[0]
        for folder in ('ut_interaction_avi', 'ut_interaction/hugging')
    ]
    for i, video in enumerate(videos):
        assert video.suffix in ('.avi', '.mp4')
        (tmp_path / str(i)).mkdir()
        path = one_cached(video, tmp_path / str(i), 128)
        plain, cached = outputs(pipeline, video), outputs(pipeline, path)
        assert (plain['inputs'] == cached['inputs']).all()
        assert plain['inputs'].dtype == cached['inputs'].dtype
        keys = plain['data_samples'].metainfo_keys()
        for key in {*keys} - {'filename'}:
            assert plain['data_samples'].get(key) == (
                cached['data_samples'].get(key)
            )


def test_a_changed_video_is_noticed_and_made_again(tmp_path):
    video = tmp_path / 'src/a.mp4'
    video.parent.mkdir()
    write_video(video, 'libx264', frames=9, size=(64, 48))
    dst = write_cache(video.parent, tmp_path / 'dst', 24)
    file = dst / 'a.mp4.npy'
    assert is_cached(video, file, dst)
    write_video(video, 'libx264', frames=12, size=(64, 48))
    assert not is_cached(video, file, dst)
    with pytest.raises(ValueError, match='a.mp4.* has changed since.*again'):
        open_video(str(dst / 'a.mp4'))
    write_cache(video.parent, dst, 24)
    assert is_cached(video, file, dst)
    assert len(open_video(str(dst / 'a.mp4'))) == 12
    video.unlink()  # as on another machine
    assert len(open_video(str(dst / 'a.mp4'))) == 12


def test_what_a_kill_leaves(counting_video, tmp_path):
    """A cut line of the index, and the file of a process that is gone."""
    path = one_cached(counting_video, tmp_path, 24)
    src, dst, name = tmp_path / 'src', path.parent, path.name
    video, file = src / name, dst / f'{name}.npy'
    line = (dst / INDEX).read_text()
    (dst / INDEX).write_text(line[:40])
    gone, other = f'{file}.{2**22 + 1}.tmp', f'{file}.{os.getpid()}.tmp'
    for unfinished in gone, other:
        open(unfinished, 'w').close()
    assert not is_cached(video, file, dst)
    write_cache(src, dst, 24)
    assert is_cached(video, file, dst)
    assert (dst / INDEX).read_text() == f'{line[:40]}\n{line}'
    assert not os.path.exists(gone) and os.path.exists(other)


def test_bad_videos_leave_nothing(tmp_path):
    bad = tmp_path / 'a.mp4'
    bad.write_bytes(b'no video' * 99)
    with pytest.raises(ValueError, match='cannot read the video'):
        cache_video((str(bad), f'{bad}.npy'), str(tmp_path), 24)
    assert [x.name for x in tmp_path.iterdir()] == ['a.mp4']


def test_frames_that_change_their_size(tmp_path, counting_video, monkeypatch):
    batch = PyAVReader.get_batch

    def changing(self, indices):
        frames = batch(self, indices)
        frames[-1] = frames[-1][:40]
        return frames

    monkeypatch.setattr(PyAVReader, 'get_batch', changing)
    file = tmp_path / 'a.mp4.npy'
    with pytest.raises(ValueError, match='size of its frames changes'):
        cache_video((str(counting_video), str(file)), str(tmp_path), 24)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize('container', ['mp4', 'mkv', 'ts', 'avi'])
def test_estimates(tmp_path, container):
    path = tmp_path / f'a.{container}'
    write_video(path, 'libx264', frames=50, size=(96, 64))
    size = estimate_bytes(str(path), 32)
    assert size == pytest.approx(50 * 32 * 48 * 3, rel=0.05)


def test_folders_that_cannot_be_a_cache(counting_video, tmp_path):
    src, dst = tmp_path / 'src', tmp_path / 'dst'
    for folder in src, dst:
        folder.mkdir()
    shutil.copy(counting_video, src / 'a.mp4')
    with pytest.raises(ValueError, match='another folder than SRC'):
        find_sources(src, src, 24)
    (dst / 'a.mp4.npy').write_text('mine')
    with pytest.raises(FileExistsError, match='a.mp4.npy exists.*not a cache'):
        find_sources(src, dst, 24)
    (dst / 'a.mp4.npy').unlink()
    write_cache(src, dst, 24)
    with pytest.raises(ValueError, match='--short-side 32.*of short side 24'):
        find_sources(src, dst, 32)


def test_names_in_annotation_files(tmp_path):
    assert cached_line('a/b.avi', tmp_path) == (
        'a/b.avi',
        tmp_path / 'a/b.avi.npy',
    )
    assert cached_line('a/b', tmp_path) == ('a/b', tmp_path / 'a/b.mp4.npy')


def test_the_index_names_size_and_time(counting_video, tmp_path):
    path = one_cached(counting_video, tmp_path, 24)
    status = (tmp_path / 'src' / path.name).stat()
    (line,) = (path.parent / INDEX).read_text().splitlines()
    entry = read_index(str(path.parent))[path.name]
    assert json.loads(line) == entry._asdict()
    assert (entry.size, entry.time) == (status.st_size, status.st_mtime_ns)
    assert entry.short_side == 24 and entry.fps == Fraction(25)


def test_a_shrunk_copy_can_be_cached(counting_video, tmp_path):
    shrink_video((str(counting_video), str(tmp_path / 'a.mp4')), 32, 4)
    path = one_cached(tmp_path / 'a.mp4', tmp_path, 32)
    frames = open_video(str(path)).get_batch(FRAMES)
    assert np.array_equal(
        frames, PyAVReader(str(tmp_path / 'a.mp4')).get_batch(FRAMES)
    )
