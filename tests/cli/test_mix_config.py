import sys

import pytest
from mmengine.config import Config

from skdsrl_mmaction.cli import mix_config
from skdsrl_mmaction.mixing import add_skdsrl
from skdsrl_mmaction.utils import read_config

TSM = (
    'mmaction::recognition/tsm/'
    'tsm_imagenet-pretrained-r50_8xb16-1x1x8-50e_kinetics400-rgb.py'
)


def run(monkeypatch, *argv):
    monkeypatch.setattr(sys, 'argv', ['mix_config.py', *map(str, argv)])
    mix_config.main()


def test_written_file_is_the_mixed_config(monkeypatch, tmp_path):
    out = tmp_path / 'out.py'
    run(monkeypatch, TSM, '-o', out)
    assert out.read_text().startswith(f'# {TSM} with SKD-SRL\n')
    wanted = add_skdsrl(read_config(TSM)).to_dict()
    assert Config.fromfile(out).to_dict() == wanted


def test_options(monkeypatch, tmp_path):
    out = tmp_path / 'out.py'
    options = ['--alpha', 0.3, '--beta', 0.5, '--tau', 4]
    options += ['--same-clip', '--no-photometric']
    run(monkeypatch, TSM, '-o', out, *options)
    wanted = add_skdsrl(
        read_config(TSM),
        alpha=0.3,
        beta=0.5,
        tau=4,
        same_clip=True,
        photometric=False,
    )
    assert Config.fromfile(out).to_dict() == wanted.to_dict()


def test_an_existing_file_stays(monkeypatch, tmp_path):
    out = tmp_path / 'out.py'
    out.write_text('mine')
    with pytest.raises(SystemExit, match='exists and is not overwritten'):
        run(monkeypatch, TSM, '-o', out)
    assert out.read_text() == 'mine'


def test_only_python_files(monkeypatch, tmp_path, capsys):
    with pytest.raises(SystemExit):
        run(monkeypatch, TSM, '-o', tmp_path / 'out.yaml')
    assert 'must end in .py' in capsys.readouterr().err


def test_no_such_config():
    with pytest.raises(FileNotFoundError, match='tsm/nothing.py'):
        read_config('mmaction::recognition/tsm/nothing.py')
