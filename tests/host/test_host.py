import sys
from types import SimpleNamespace

import pytest
import torch
from mmengine.logging import HistoryBuffer

from skdsrl_mmaction import host
from tests.support.videos import write_counting_video


@pytest.mark.parametrize(
    'statements',
    [
        'import skdsrl_mmaction, mmaction.models, skdsrl_mmaction',
        'import mmaction, mmaction.datasets; import skdsrl_mmaction',
        'import skdsrl_mmaction, importlib as i; i.reload(skdsrl_mmaction)',
    ],
)
def test_import_in_any_order(python, statements):
    python('-c', f'{statements}\nfrom mmaction.models import Recognizer3D')


def test_drn_stand_in_raises_when_built():
    from mmaction.models.localizers import DRN

    with pytest.raises(ImportError, match='install mmaction2 from source'):
        DRN()


def test_mobileone_names_the_package_it_needs():
    from mmaction.registry import MODELS

    with pytest.raises(ImportError, match='MobileOneTSM.*mmpretrain'):
        MODELS.build(dict(type='MobileOneTSM', arch='s0'))


def test_mobileone_of_the_host_is_kept(monkeypatch):
    from mmaction.registry import MODELS

    real = SimpleNamespace()
    monkeypatch.setitem(MODELS.module_dict, 'MobileOneTSM', real)
    host.name_mmpretrain()
    assert MODELS.get('MobileOneTSM') is real


def test_missing_mmcv_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, 'mmcv', None)
    with pytest.raises(ImportError, match='pip install "mmcv-lite>=2.0.0rc4,'):
        host.check_versions()


@pytest.mark.parametrize(
    'version, good',
    [
        ('2.0.0rc3', False),
        ('2.0.0rc4', True),
        ('2.1.0', True),
        ('2.2.0', False),
    ],
)
def test_mmcv_range(monkeypatch, version, good):
    monkeypatch.setattr('mmcv.__version__', version)
    if good:
        host.check_versions()
    else:
        with pytest.raises(ImportError, match=f'mmcv.*found mmcv {version}'):
            host.check_versions()


def test_checkpoint_of_mmengine_loads(tmp_path):
    import numpy as np

    history = HistoryBuffer([1.0, 3.0], [1, 1])
    content = {
        'history': history,
        'numbers': [np.float64(0.5), np.float32(2), np.int64(3), np.bool_(1)],
        'array': np.arange(3, dtype=np.int32),
    }
    torch.save(content, tmp_path / 'c.pth')
    loaded = torch.load(tmp_path / 'c.pth')  # weights_only by default
    assert loaded['history'].mean() == 2
    assert loaded['numbers'] == content['numbers']
    assert loaded['array'].tolist() == [0, 1, 2]


class Hostile:
    def __init__(self, function, *args):
        self.reduced = (function, args)

    def __reduce__(self):
        return self.reduced


@pytest.mark.parametrize(
    'hostile',
    [
        Hostile(print, 'run'),
        Hostile(getattr, HistoryBuffer, '__init__'),
        Hostile(getattr, torch.Tensor, 'mean'),
    ],
)
def test_hostile_checkpoint_is_refused(tmp_path, hostile):
    torch.save({'x': hostile}, tmp_path / 'c.pth')
    with pytest.raises(Exception, match='Unsupported|refused|Weights only'):
        torch.load(tmp_path / 'c.pth')


def test_truncated_avi_does_not_kill_the_process(python, tmp_path):
    path = write_counting_video(tmp_path / 'a.avi', 25, fourcc='XVID')
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    code = (
        'import sys, skdsrl_mmaction\n'
        'from mmaction.datasets.transforms import DecordDecode, DecordInit\n'
        'try:\n'
        '    r = DecordInit()(dict(filename=sys.argv[1]))\n'
        '    print("frames", r["total_frames"])\n'
        'except RuntimeError as error:\n'
        '    print("raised", error)\n'
    )
    done = python('-c', code, path)
    assert done.stdout.startswith(('frames', 'raised'))


def test_decord_reads_other_backends_as_before(counting_video):
    from mmaction.datasets.transforms import DecordInit

    stock = DecordInit(io_backend='local')
    stock.file_client = SimpleNamespace(
        get=lambda name: open(counting_video, 'rb').read()
    )
    assert stock(dict(filename='s3://a.mp4'))['total_frames'] == 25
    assert DecordInit()(dict(filename=counting_video))['total_frames'] == 25


def test_repairs_are_made_once():
    from mmaction.datasets.transforms import DecordInit

    before = DecordInit._get_video_reader
    host.open_decord_by_path()
    host.install_drn_stand_in()
    assert DecordInit._get_video_reader is before
