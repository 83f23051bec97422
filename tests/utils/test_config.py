import glob

import pytest

from skdsrl_mmaction.utils import config_path, read_config
from tests.support.paths import ROOT

TSM = 'recognition/tsm/tsm_imagenet-pretrained-r50_8xb16-1x1x8-50e'
OURS = 'skdsrl_r3d50_k400.py'


def test_config_of_this_package(monkeypatch, tmp_path):
    expected = read_config(str(ROOT / 'configs' / OURS))
    monkeypatch.chdir(tmp_path)
    cfg = read_config(f'skdsrl_mmaction::{OURS}')
    assert cfg.pretty_text == expected.pretty_text
    assert cfg.model.type == 'SKDSRLRecognizer3D'


def test_config_of_the_host():
    cfg = read_config(f'mmaction::{TSM}_kinetics400-rgb.py')
    assert cfg.model.backbone.type == 'ResNetTSM'


def test_pattern_of_a_package():
    pattern = config_path('skdsrl_mmaction::skdsrl_r3d18_*.py')
    expected = glob.glob(str(ROOT / 'configs/skdsrl_r3d18_*.py'))
    assert len(glob.glob(pattern)) == len(expected) > 2


def test_a_path_stays():
    assert config_path('configs/a.py') == 'configs/a.py'


@pytest.mark.parametrize('package', ['skdsrl', 'no_such', 'a b', ''])
def test_package_that_holds_no_configs(package):
    with pytest.raises((ModuleNotFoundError, FileNotFoundError)) as error:
        read_config(f'{package}::{OURS}')
    assert package in str(error.value)


def test_missing_config_of_a_package():
    with pytest.raises(FileNotFoundError, match='no_such.py'):
        read_config('skdsrl_mmaction::no_such.py')
