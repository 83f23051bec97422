import os
import pickle

import pytest
import torch
from mmengine.config import Config
from mmengine.logging import HistoryBuffer
from mmengine.runner import CheckpointLoader

from skdsrl_mmaction.host import checkpoints_as_data
from tests.support.hostile import HOSTILE_TEXTS, Reduced, hostile_pickles


def load(path):
    return CheckpointLoader.load_checkpoint(str(path), 'cpu')


@pytest.fixture(params=['this torch', 'torch below 2.6'])
def torch_version(request, monkeypatch):
    if request.param != 'this torch':
        monkeypatch.setattr(checkpoints_as_data, '_loads_code', lambda: True)


def test_checkpoint_loads(torch_version, tmp_path):
    content = dict(
        state_dict={'a.weight': torch.arange(3.0)},
        history=HistoryBuffer([1.0, 3.0], [1, 1]),
    )
    for name, new in (('new.pth', True), ('old.pth', False)):
        torch.save(
            content, tmp_path / name, _use_new_zipfile_serialization=new
        )
        loaded = load(tmp_path / name)
        assert loaded['history'].mean() == 2
        weights = loaded['state_dict']['a.weight']
        assert torch.equal(weights, torch.arange(3.0))


@pytest.mark.parametrize('kind', range(3))
def test_hostile_pickle(torch_version, tmp_path, kind):
    marker = tmp_path / 'marker'
    path = hostile_pickles(tmp_path, marker)[kind]
    with pytest.raises(ValueError) as raised:
        load(path)
    assert not marker.exists()
    message = str(raised.value)
    assert repr(str(path)) in message and 'could run code' in message
    assert 'weights_only' not in message and '\n' not in message
    assert raised.value.__suppress_context__  # nor in the text above it


def test_torch_load_is_put_back(monkeypatch, tmp_path):
    monkeypatch.setattr(checkpoints_as_data, '_loads_code', lambda: True)
    stock = torch.load
    (tmp_path / 'text.pth').write_text('no')
    with pytest.raises(ValueError):
        load(tmp_path / 'text.pth')
    assert torch.load is stock


@pytest.mark.parametrize('kind', HOSTILE_TEXTS)
def test_code_in_a_config_is_not_run(tmp_path, monkeypatch, capfd, kind):
    monkeypatch.chdir(tmp_path)
    marker = tmp_path / 'marker'
    text = HOSTILE_TEXTS[kind](tmp_path, marker)
    torch.save(
        dict(
            meta=dict(config=text, cfg=text, epoch=1),
            message_hub=dict(runtime_info=dict(cfg=text)),
        ),
        tmp_path / 'c.pth',
    )
    monkeypatch.setattr('sys.path', [str(tmp_path), *os.sys.path])
    loaded = load(tmp_path / 'c.pth')
    for read in (
        loaded['meta']['config'],
        loaded['meta']['cfg'],
        loaded['message_hub']['runtime_info']['cfg'],
    ):
        # What Runner.resume does with it.
        cfg = Config.fromstring(read, file_format='.py')
        assert cfg.get('before') == 1
    assert not marker.exists()
    assert loaded['meta']['epoch'] == 1


def test_values_of_a_config_are_kept(tmp_path, capfd):
    cfg = Config.fromfile('configs/skdsrl_r3d18_ucf101.py')
    cfg.gpu_ids = [0, 1]
    torch.save(dict(meta=dict(config=cfg.pretty_text)), tmp_path / 'c.pth')
    read = Config.fromstring(load(tmp_path / 'c.pth')['meta']['config'], '.py')
    cfg.pop('custom_imports')
    assert read.to_dict() == cfg.to_dict()
    assert 'none of it is run' not in ''.join(capfd.readouterr())


@pytest.mark.parametrize(
    'write, reason',
    [
        (lambda path: path.write_bytes(b''), 'is empty'),
        (lambda path: path.write_text('some text'), 'is damaged'),
        (lambda path: path.mkdir(), 'is a folder'),
        (lambda path: torch.save([1, 2], path), 'holds a list'),
        (lambda path: torch.save(torch.ones(1), path), 'holds a Tensor'),
        (lambda path: path.write_bytes(pickle.dumps({'a': 1})), 'is damaged'),
        (lambda path: truncated(path, 0.5, True), 'is damaged'),
        (lambda path: truncated(path, 0.999, True), 'is damaged'),
        (lambda path: truncated(path, 0.5, False), 'is damaged'),
        (lambda path: truncated(path, 0.99, False), 'is damaged'),
    ],
)
def test_no_checkpoint(torch_version, tmp_path, write, reason):
    path = tmp_path / 'c.pth'
    write(path)
    with pytest.raises(ValueError) as raised:
        load(path)
    message = str(raised.value)
    assert repr(str(path)) in message and reason in message
    assert '\n' not in message and 'weights_only' not in message


def truncated(path, share, new):
    content = dict(state_dict={str(i): torch.randn(100) for i in range(20)})
    torch.save(content, path, _use_new_zipfile_serialization=new)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])


def test_program(torch_version, tmp_path):
    script = torch.jit.script(torch.nn.Linear(1, 1))
    script.save(str(tmp_path / 'c.pth'))
    with pytest.raises(ValueError, match='c.pth.*TorchScript'):
        load(tmp_path / 'c.pth')


def test_absent_file(tmp_path):
    with pytest.raises(FileNotFoundError, match='nowhere.pth'):
        load(tmp_path / 'nowhere.pth')


def test_attributes_of_classes_are_refused(torch_version, tmp_path):
    hostile = Reduced(getattr, HistoryBuffer, '__init__')
    torch.save({'x': hostile}, tmp_path / 'c.pth')
    with pytest.raises(ValueError, match='c.pth.*is refused'):
        load(tmp_path / 'c.pth')
