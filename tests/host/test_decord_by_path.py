import sys
from types import SimpleNamespace

import numpy as np
import pytest
from mmaction.datasets.transforms import DecordDecode, DecordInit

from skdsrl_mmaction.datasets.video import PyAVReader
from tests.support.tiny import tiny_options
from tests.support.videos import write_counting_video


def cut_avi(path):
    write_counting_video(path, 25, fourcc='XVID')
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


@pytest.mark.parametrize(
    'name, backend', [('a.avi', 'disk'), ('without_extension', 'local')]
)
def test_truncated_avi_does_not_kill_the_process(
    python, tmp_path, name, backend
):
    path = cut_avi(tmp_path / 'a.avi')
    if name != path.name:
        path.rename(tmp_path / f'{name}.mp4')  # the host adds .mp4
    code = (
        'import sys, skdsrl_mmaction\n'
        'from mmaction.datasets.transforms import DecordInit\n'
        'try:\n'
        '    init = DecordInit(io_backend=sys.argv[2])\n'
        '    print("frames", init(dict(filename=sys.argv[1])))\n'
        'except RuntimeError as error:\n'
        '    print("raised", error)\n'
    )
    done = python('-c', code, tmp_path / name, backend)
    assert done.stdout.startswith(('frames', 'raised'))


def test_other_backends_read_as_before(counting_video):
    stock = DecordInit(io_backend='memcached')
    stock.file_client = SimpleNamespace(
        get=lambda name: open(counting_video, 'rb').read()
    )
    assert stock(dict(filename='s3://a.mp4'))['total_frames'] == 25
    assert DecordInit()(dict(filename=counting_video))['total_frames'] == 25


def test_frames_are_the_same_without_decord(counting_video, monkeypatch):
    def read():
        results = DecordInit()(dict(filename=str(counting_video)))
        results['frame_inds'] = np.array([0, 7, 24])
        reader = results['video_reader']
        return reader, DecordDecode()(results)['imgs']

    decord, stock = read()
    monkeypatch.setitem(sys.modules, 'decord', None)
    pyav, ours = read()
    assert isinstance(pyav, PyAVReader) and type(decord) is not type(pyav)
    np.testing.assert_array_equal(np.stack(ours), np.stack(stock))


WITHOUT_DECORD = (
    'import sys\n'
    'sys.modules["decord"] = None\n'
    'import mmaction\n'
    'from skdsrl_mmaction.cli import train\n'
    'train.main()\n'
)


def test_trains_and_validates_without_decord(python, tiny_dataset, tmp_path):
    done = python(
        *('-c', WITHOUT_DECORD, 'configs/skdsrl_r3d18_ucf101.py'),
        *('--work-dir', tmp_path, '--cfg-options'),
        *tiny_options(tiny_dataset),
        'train_cfg.max_epochs=1',
    )
    log = done.stdout + done.stderr
    assert 'acc/top1' in log.split('Epoch(val)')[-1]


def test_package_is_imported_without_decord(python):
    python(
        '-c',
        'import pkgutil, sys\n'
        'sys.modules["decord"] = None\n'
        'import skdsrl_mmaction as ours\n'
        'for rooms in ours.datasets.transforms, ours.mixing, ours.engine:\n'
        '    names = pkgutil.walk_packages(\n'
        '        rooms.__path__, rooms.__name__ + ".")\n'
        '    for module in names:\n'
        '        __import__(module.name)\n',
    )
