"""The command ``skdsrl`` and its other two forms."""

import importlib
import sys

import pytest

from skdsrl_mmaction.cli import main as skdsrl
from tests.support.paths import ROOT

TOOLS = sorted(path.stem for path in (ROOT / 'tools').rglob('*.py'))


def test_every_tool_is_a_command_and_every_command_a_tool():
    assert list(skdsrl.find_commands()) == TOOLS


@pytest.mark.parametrize('name', TOOLS)
def test_help_of_every_command(name, capsys):
    with pytest.raises(SystemExit) as stopped:
        skdsrl.main([name, '--help'])
    printed = capsys.readouterr().out
    assert stopped.value.code == 0
    assert printed.startswith(f'usage: skdsrl {name} ')


@pytest.mark.parametrize('name', ['mix_config', 'mix-config'])
def test_options_reach_the_command(name, monkeypatch):
    module = importlib.import_module('skdsrl_mmaction.cli.mix_config')
    seen = []
    monkeypatch.setattr(module, 'main', seen.append)
    monkeypatch.setattr(sys, 'argv', ['skdsrl', name, 'a.py', '-o', 'b.py'])
    skdsrl.main()
    assert seen == [['a.py', '-o', 'b.py']]


def test_list_of_commands(capsys):
    skdsrl.main(['--help'])
    listed = capsys.readouterr().out
    skdsrl.main([])
    assert capsys.readouterr().out == listed
    for name, description in skdsrl.find_commands().items():
        assert description
        assert f'  {name} ' in listed and description in listed


def test_unknown_command_is_an_error_with_the_nearest():
    with pytest.raises(SystemExit, match="'trian'; did you mean 'train'"):
        skdsrl.main(['trian'])
    with pytest.raises(SystemExit, match='no command \'x\'. "skdsrl --help"'):
        skdsrl.main(['x'])


def test_module_and_tool_are_the_command(python):
    usages = {
        form[-1]: python(*form, '--help').stdout.partition(' [-h]')
        for form in (
            ('-m', 'skdsrl_mmaction', 'make_demo_data'),
            ('tools/make_demo_data.py',),
        )
    }
    module, tool = usages.values()
    assert module[0].endswith('make_demo_data')
    assert tool[0] == 'usage: make_demo_data.py'
    assert module[2].split() == tool[2].split()
