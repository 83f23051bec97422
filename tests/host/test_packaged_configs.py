import pytest
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import DefaultScope

from skdsrl_mmaction.utils import read_config
from tests.support.paths import ROOT

NAME = 'skdsrl_r3d18_demo.py'


@pytest.fixture
def child(tmp_path):
    path = tmp_path / 'child.py'
    path.write_text(
        f'_base_ = "skdsrl_mmaction::{NAME}"\nmodel = dict(test_cfg=None)\n'
    )
    return path


def test_as_config():
    packaged = read_config(f'skdsrl_mmaction::{NAME}')
    by_path = Config.fromfile(ROOT / 'configs' / NAME)
    assert packaged.to_dict() == by_path.to_dict()


def test_as_base(child):
    cfg = Config.fromfile(child)
    assert cfg.model._scope_ == 'mmaction'
    with DefaultScope.overwrite_default_scope('mmengine'):
        model = MODELS.build(cfg.model)
    assert type(model).__name__ == 'SKDSRLRecognizer3D'


def test_in_a_folder(child):
    name = 'mix/skdsrl_tsm_r50_k400.py'
    child.write_text(f'_base_ = ["skdsrl_mmaction::{name}"]')
    assert Config.fromfile(child).model.type == 'SKDSRLRecognizer2D'


@pytest.mark.parametrize(
    'name', ['skdsrl_mmaction::nothing.py', 'mmaction::recognition/nothing.py']
)
def test_missing(child, name):
    with pytest.raises(FileNotFoundError, match='nothing.py'):
        read_config(name)
    child.write_text(f'_base_ = {name!r}')
    with pytest.raises(FileNotFoundError, match='nothing.py'):
        Config.fromfile(child)
