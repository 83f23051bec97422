"""configs/mix: what SKD-SRL makes of stock configs of MMAction2."""

import ast
import hashlib
import json
from pathlib import Path

import pytest
from mmengine.config import Config

from skdsrl_mmaction.cli import mix_config
from skdsrl_mmaction.mixing import add_skdsrl
from skdsrl_mmaction.utils import read_config
from tests.support.paths import ROOT

CONFIGS = sorted((ROOT / 'configs/mix').glob('*.py'))
# Digests of two files that stood here, written by hand, by their bases.
REMOVED = {
    'mvit/mvit-small-p244_k400-maskfeat-pre_8xb32-16x4x1-100e_'
    'kinetics400-rgb.py': 'eeeb9e8fc72fd174',
    'r2plus1d/r2plus1d_r34_8xb8-8x8x1-180e_'
    'kinetics400-rgb.py': '02c75e9c93477ab5',
}


def without_scope(value):
    """MMEngine marks every dict that comes from another package's file."""
    if isinstance(value, dict):
        return {
            key: without_scope(x)
            for key, x in value.items()
            if key != '_scope_'
        }
    if isinstance(value, (list, tuple)):
        return [without_scope(x) for x in value]
    return value


def with_defaults(cfg):
    """Content of a config, with the widths that a file here spells out."""
    content = without_scope(cfg.to_dict())
    content['model']['siamese_head'].update(
        proj_channels=2048, pred_channels=512
    )
    return content


def digest(content):
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def test_one_file_for_each_recognizer():
    kinds = sorted(Config.fromfile(path).model.type for path in CONFIGS)
    assert kinds == ['SKDSRLRecognizer2D', 'SKDSRLRecognizer3D']


@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)
def test_equal_to_add_skdsrl_of_the_base(path: Path):
    (base, *pieces) = next(
        ast.literal_eval(node.value)
        for node in ast.parse(path.read_text()).body
        if node.targets[0].id == '_base_'
    )
    assert base.startswith('mmaction::')
    wanted = with_defaults(add_skdsrl(read_config(base)))
    for piece in pieces:
        content = Config.fromfile(path.parent / piece).to_dict()
        wanted.update(without_scope(content))
    assert without_scope(Config.fromfile(path).to_dict()) == wanted


@pytest.mark.parametrize('base', REMOVED)
def test_the_command_writes_what_was_removed(base, tmp_path):
    out = tmp_path / 'out.py'
    mix_config.main([f'mmaction::recognition/{base}', '-o', str(out)])
    content = with_defaults(Config.fromfile(out))
    # These files were older than the loop and the pictures.
    assert content['default_hooks'].pop('draw') == dict(type='DrawHook')
    assert content['train_cfg']['type'] == 'ResumableEpochBasedTrainLoop'
    content['train_cfg']['type'] = 'EpochBasedTrainLoop'
    assert digest(content) == REMOVED[base]
