"""configs/mix: what add_skdsrl makes of their bases, written by hand."""

import ast
from pathlib import Path

import pytest
from mmengine.config import Config

from skdsrl_mmaction.mixing import add_skdsrl
from skdsrl_mmaction.utils import read_config
from tests.support.paths import ROOT

CONFIGS = sorted((ROOT / 'configs/mix').glob('*.py'))


def without_scope(value):
    """MMEngine marks every dict that comes from another package's file."""
    if isinstance(value, dict):
        return {
            key: without_scope(x)
            for key, x in value.items()
            if key != '_scope_'
        }
    if isinstance(value, (list, tuple)):
        return type(value)(without_scope(x) for x in value)
    return value


def test_families():
    families = {path.stem.split('_')[1].split('-')[0] for path in CONFIGS}
    assert {'slowonly', 'r2plus1d', 'tsm', 'mvit'} <= families


@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)
def test_equal_to_add_skdsrl_of_the_base(path: Path):
    (base, *pieces) = next(
        ast.literal_eval(node.value)
        for node in ast.parse(path.read_text()).body
        if node.targets[0].id == '_base_'
    )
    assert base.startswith('mmaction::')
    wanted = add_skdsrl(read_config(base)).to_dict()
    # Which are the defaults.
    wanted['model']['siamese_head'].update(
        proj_channels=2048, pred_channels=512
    )
    for piece in pieces:
        wanted.update(Config.fromfile(path.parent / piece).to_dict())
    assert without_scope(Config.fromfile(path).to_dict()) == wanted
