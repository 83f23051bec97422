"""Files that are whole or absent, and the latest of them."""

import os
import shutil
import subprocess
import sys
import time

import pytest
import torch
from mmengine.fileio import get_file_backend, put
from mmengine.runner import save_checkpoint

from skdsrl_mmaction.engine.checkpoints import (
    find_latest,
    name_latest,
    read_meta,
    remove_temporaries,
)


def save(folder, name, iteration, latest=False):
    path = folder / name
    meta = dict(epoch=iteration // 4, iter=iteration, seed=0)
    weights = dict(x=torch.full((1000,), float(iteration)))
    save_checkpoint(dict(meta=meta, state_dict=weights), str(path))
    if latest:
        name_latest(str(folder), str(path))
    return path


def cut(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def flip(path):
    """Change one bit of the weights."""
    content = bytearray(path.read_bytes())
    content[content.index(torch.full((1000,), 8.0).numpy().tobytes())] ^= 1
    path.write_bytes(content)


def write_text(path):
    path.write_text('not a checkpoint')


def write_empty(path):
    path.write_bytes(b'')


def write_list(path):
    torch.save([1, 2], path)


def write_weights(path):
    torch.save(dict(state_dict=dict()), path)


def make_folder(path):
    path.unlink()
    path.mkdir()


DAMAGES = [
    *(cut, flip, write_text, write_empty, write_list, write_weights),
    make_folder,
]


@pytest.mark.parametrize('damage', DAMAGES)
def test_damaged_latest(tmp_path, damage, capsys):
    """The newest whole one is taken, and the damage is reported."""
    save(tmp_path, 'epoch_1.pth', 4)
    path = save(tmp_path, 'epoch_2.pth', 8, latest=True)
    assert find_latest(str(tmp_path))[0] == str(path)
    damage(path)
    with pytest.raises(ValueError) as error:
        read_meta(str(path))
    assert str(path) in str(error.value)
    assert 'weights_only' not in str(error.value)
    assert '\n' not in str(error.value)
    found, meta = find_latest(str(tmp_path))
    assert found == str(tmp_path / 'epoch_1.pth')
    assert (meta['epoch'], meta['iter']) == (1, 4)


def test_nothing_whole_is_an_error(tmp_path):
    path = save(tmp_path, 'epoch_1.pth', 4, latest=True)
    cut(path)
    with pytest.raises(ValueError, match='epoch_1.pth.*--overwrite in place'):
        find_latest(str(tmp_path))


def test_no_checkpoint_at_all(tmp_path):
    assert find_latest(str(tmp_path)) is None
    assert find_latest(str(tmp_path / 'absent')) is None
    name_latest(str(tmp_path), str(tmp_path / 'epoch_1.pth'))
    assert find_latest(str(tmp_path)) is None


@pytest.mark.parametrize('content', [None, '', '/gone/epoch_99.pth', '\xff'])
def test_absent_or_damaged_name(tmp_path, content):
    """Numbers count, neither names nor times, and the more iterations."""
    save(tmp_path, 'epoch_10.pth', 40)
    save(tmp_path, 'epoch_9.pth', 36)
    save(tmp_path, 'iter_38.pth', 38)
    save(tmp_path, 'best_acc_epoch_11.pth', 44)
    if content is not None:
        name = tmp_path / 'last_checkpoint'
        name.write_bytes(content.encode('latin-1'))
    assert find_latest(str(tmp_path))[0] == str(tmp_path / 'epoch_10.pth')
    save(tmp_path, 'iter_41.pth', 41)
    assert find_latest(str(tmp_path))[0] == str(tmp_path / 'iter_41.pth')


@pytest.mark.parametrize('move', [shutil.copytree, shutil.move])
def test_a_moved_or_copied_work_dir_has_its_own_files(tmp_path, move):
    there, here = tmp_path / 'there', tmp_path / 'here'
    there.mkdir()
    save(there, 'epoch_1.pth', 4, latest=True)
    move(there, here)
    assert find_latest(str(here))[0] == str(here / 'epoch_1.pth')


def test_a_checkpoint_in_another_folder(tmp_path):
    """As ``CheckpointHook(out_dir=...)`` writes them."""
    work, out = tmp_path / 'work', tmp_path / 'out'
    work.mkdir()
    path = save(out, 'epoch_1.pth', 4)
    name_latest(str(work), str(path))
    assert find_latest(str(work))[0] == str(path)


def test_temporaries(tmp_path):
    mine = ['epoch_1.pth.tmp', 'best_x_epoch_1.pth.tmp', 'last_checkpoint.tmp']
    others = ['epoch_1.pth', 'notes.tmp', 'last_checkpoint']
    for name in mine + others:
        (tmp_path / name).touch()
    remove_temporaries(str(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == set(others)


def test_every_local_file_of_the_host_is_whole(tmp_path):
    """A process that is killed while it writes leaves the old content."""
    code = (
        'import sys, skdsrl_mmaction\n'
        'from mmengine.fileio import put\n'
        "print('ready', flush=True)\n"
        'while True:\n'
        '    for byte in (b"a", b"b"):\n'
        '        put(byte * 2**24, sys.argv[1])\n'
    )
    path = tmp_path / 'file'
    writer = subprocess.Popen(
        [sys.executable, '-c', code, path], stdout=subprocess.PIPE
    )
    writer.stdout.readline()
    for _ in range(200):
        if path.exists():
            break
        time.sleep(0.05)
    for _ in range(20):
        content = path.read_bytes()
        assert len(content) == 2**24 and len(set(content)) == 1
    writer.kill()
    writer.wait()
    assert len(path.read_bytes()) == 2**24


def test_a_full_disk(tmp_path, python):
    """An error that names the file; what was there stays."""
    code = (
        'import resource, sys, skdsrl_mmaction\n'
        'from mmengine.fileio import put\n'
        'resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n'
        'put(b"0" * 2000, sys.argv[1])\n'
    )
    path = tmp_path / 'epoch_1.pth'
    path.write_text('good')
    done = python('-c', code, path, check=False)
    last = done.stderr.strip().split('\n')[-1]
    assert done.returncode == 1
    assert str(path) in last and 'too large' in last
    assert path.read_text() == 'good'
    assert os.listdir(tmp_path) == ['epoch_1.pth']


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(OSError, match='file'):
        put(b'', str(tmp_path / 'file/epoch_1.pth'))


def test_text_and_folders_as_the_host_writes_them(tmp_path):
    backend = get_file_backend(str(tmp_path))
    backend.put_text('ä', tmp_path / 'a/b.txt', encoding='latin-1')
    assert (tmp_path / 'a/b.txt').read_bytes() == b'\xe4'
