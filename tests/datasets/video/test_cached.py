import numpy as np
import pytest

from skdsrl_mmaction.datasets.video import CachedReader, frames_of
from skdsrl_mmaction.datasets.video.cache_index import (
    Entry,
    add_entry,
    find_cache,
    find_entry,
)


@pytest.fixture
def cache(tmp_path):
    """A cache of a video that is not there, in a folder of a class."""
    folder = tmp_path / 'cache'
    (folder / 'class').mkdir(parents=True)
    source = str(tmp_path / 'class/a.avi')
    add_entry(str(folder), Entry('class/a.avi', source, 1, 2, 4, 12.5))
    frames = np.arange(3 * 4 * 5 * 3, dtype=np.uint8).reshape(3, 4, 5, 3)
    np.save(folder / 'class/a.avi.npy', frames)
    return folder


def test_reading(cache):
    path = str(cache / 'class/a.avi.npy')
    reader = CachedReader(path)
    assert len(reader) == 3 and reader.get_avg_fps() == 12.5
    frames = np.load(path)
    batch = reader.get_batch(np.array([2, 0, 2]))
    assert np.array_equal(batch.asnumpy(), frames[[2, 0, 2]])
    assert {type(frame) for frame in batch} == {np.ndarray}
    with pytest.raises(IndexError, match='a.avi.npy.* has 3 frames.* 1 to 3'):
        reader.get_batch([1, 3])


def test_paths_into_a_cache(cache, monkeypatch):
    for path in 'class/a.avi', 'class/a.avi.npy', 'class/../class/a.avi':
        assert find_cache(str(cache / path)) == str(cache)
        assert find_entry(str(cache / path)).fps == 12.5
        assert len(CachedReader(frames_of(str(cache / path)))) == 3
    monkeypatch.chdir(cache / 'class')
    assert len(CachedReader(frames_of('a.avi'))) == 3
    assert frames_of('b.avi') is None
    (cache / 'class/a.avi').touch()
    assert frames_of('a.avi') is None  # the video itself


def test_outside_of_a_cache(tmp_path):
    np.save(tmp_path / 'a.avi.npy', np.zeros((2, 4, 5, 3), np.uint8))
    assert find_cache(str(tmp_path / 'a.avi')) is None
    with pytest.raises(ValueError, match='a.avi.npy.*index.*cache_frames'):
        CachedReader(str(tmp_path / 'a.avi.npy'))


def write(path, content):
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        np.save(path, content)


@pytest.mark.parametrize(
    'content, reason',
    [
        (b'', ''),
        (b'no frames' * 99, ''),
        (np.zeros((0, 4, 5, 3), np.uint8), 'uint8 of shape'),
        (np.zeros((2, 4, 5), np.uint8), 'uint8 of shape'),
        (np.zeros((2, 4, 5, 3)), 'float64 of shape'),
    ],
)
def test_files_that_hold_no_frames(cache, content, reason):
    path = cache / 'class/a.avi.npy'
    write(path, content)
    with pytest.raises(ValueError, match=f"cannot.*a.avi.npy': .*{reason}"):
        CachedReader(str(path))


def test_a_cut_file(cache):
    path = cache / 'class/a.avi.npy'
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match='cannot read.*a.avi.npy'):
        CachedReader(str(path))
