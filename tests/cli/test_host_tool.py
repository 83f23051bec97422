"""Tools of MMAction2, run by name."""

import json
import sys

import pytest
import torch

from skdsrl_mmaction.cli import host_tool
from tests.support.paths import ROOT


@pytest.fixture(autouse=True)
def arguments(monkeypatch):
    """The tool gets the command line of the process."""
    monkeypatch.setattr(sys, 'argv', sys.argv)


def test_list_names_those_that_people_use(capsys):
    host_tool.main([])
    listed = [x.rpartition('/')[2] for x in capsys.readouterr().out.split()]
    assert set(host_tool.USED) <= set(listed)


def test_unknown_tool_is_an_error_with_the_nearest():
    with pytest.raises(ValueError, match="did you mean 'get_flops'"):
        host_tool.main(['get_flop'])


def test_what_a_tool_needs_is_named_before_it_runs(tmp_path, monkeypatch):
    tool = tmp_path / 'tool.py'
    tool.write_text(
        'import torch, absent_one.part\n'
        'from absent_two import x\n'
        'import beside\n'
        'try:\n    import optional_one\nexcept ImportError:\n    pass\n'
        'def f():\n    import later_one\n'
    )
    (tmp_path / 'beside.py').touch()
    assert host_tool.missing_packages(tool) == ['absent_one', 'absent_two']
    monkeypatch.setattr(host_tool, 'find_tools', lambda: dict(tool=tool))
    with pytest.raises(ImportError, match='pip install absent_one absent_two'):
        host_tool.main(['tool'])


def test_late_imports_of_the_host_are_known(tmp_path, monkeypatch):
    tool = tmp_path / 'browse_dataset.py'
    tool.touch()
    late = dict(browse_dataset=('absent.editor', 'absent<2'))
    monkeypatch.setattr(host_tool, 'LATER', late)
    assert host_tool.missing_packages(tool) == ['absent<2']


def test_publish(tmp_path):
    path = tmp_path / 'a.pth'
    torch.save(
        dict(state_dict={'backbone.x': torch.ones(2)}, optimizer={}), path
    )
    host_tool.main(['publish_model', str(path), str(tmp_path / 'out.pth')])
    (published,) = tmp_path.glob('out_*.pth')
    assert list(torch.load(published, weights_only=True)) == ['state_dict']


def test_flops(capsys):
    config = str(ROOT / 'configs/skdsrl_r3d18_demo.py')
    shape = ['--shape', '1', '3', '8', '16', '16']
    host_tool.main(['analysis_tools/get_flops', config, *shape])
    assert 'Params: 2.145M' in capsys.readouterr().out


def test_logs_are_rewritten_as_analyze_logs_expects_them(tmp_path):
    log = tmp_path / 'scalars.json'
    rows = [
        dict(loss=3, epoch=1, iter=20),
        dict(loss=2, epoch=1, iter=45),
        {'acc/top1': 0.5, 'step': 1},
        dict(loss=1, epoch=2, iter=65),
    ]
    log.write_text('\n'.join(map(json.dumps, rows)))
    older = host_tool._older_log(str(log), tmp_path / 'below')
    with open(older) as file:
        lines = [json.loads(line) for line in file]
    assert [line.get('iter') for line in lines] == [20, 45, None, 20]
    assert [line.get('mode') for line in lines] == 2 * ['train'] + [
        None,
        'train',
    ]
    assert host_tool._older_log('--keys', tmp_path) == '--keys'
