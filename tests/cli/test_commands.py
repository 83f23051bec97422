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


@pytest.fixture
def raising(monkeypatch):
    """Make a command raise an error of this package's or another's code."""

    def make(error, ours):
        name = 'skdsrl_mmaction.x' if ours else 'torch.x'
        names = dict(__name__=name, error=error)
        exec('def main(argv): raise error', names)
        module = importlib.import_module('skdsrl_mmaction.cli.mix_config')
        monkeypatch.setattr(module, 'main', names['main'])

    return make


@pytest.mark.parametrize(
    'error',
    [ValueError('a=1 is wrong'), FileNotFoundError('no x'), RuntimeError('r')],
)
def test_a_refusal_is_one_line(error, raising):
    raising(error, ours=True)
    with pytest.raises(SystemExit) as stopped:
        skdsrl.main(['mix_config', 'a.py'])
    assert stopped.value.code == f'{type(error).__name__}: {error}'
    with pytest.raises(type(error)):
        skdsrl.main(['mix_config', 'a.py', '--debug'])


def test_an_error_of_other_code_keeps_its_traceback(raising):
    raising(ValueError('shapes differ'), ours=False)
    with pytest.raises(ValueError, match='shapes differ'):
        skdsrl.main(['mix_config'])
    raising(KeyError('a mistake of ours'), ours=True)
    with pytest.raises(KeyError):
        skdsrl.main(['mix_config'])


def test_a_missing_file_is_one_line_whoever_opened_it(raising):
    raising(FileNotFoundError(2, 'No such file', 'a.py'), ours=False)
    with pytest.raises(SystemExit, match='No such file.*a.py'):
        skdsrl.main(['mix_config'])
    raising(FileNotFoundError('a.pth can not be found.'), ours=False)
    with pytest.raises(SystemExit, match='Error: a.pth can not be found.'):
        skdsrl.main(['mix_config'])


def test_a_tool_refuses_in_one_line(python):
    done = python('tools/train.py', 'absent.py', check=False)
    assert done.stderr.splitlines()[-1].endswith("'absent.py'")
    assert 'Traceback' not in done.stderr
