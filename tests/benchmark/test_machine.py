import re
import subprocess

import pytest
import torch

from skdsrl_mmaction.benchmark import machine
from skdsrl_mmaction.benchmark.machine import commit, granted_gpus, versions


@pytest.mark.parametrize(
    'granted, count, want',
    [
        (None, 2, ['0', '1']),
        ('2,3', 2, ['2', '3']),
        (' 3 , 1 ', 2, ['3', '1']),
        ('GPU-8932f937,GPU-1c2d', 2, ['GPU-8932f937', 'GPU-1c2d']),
        ('MIG-a1', 1, ['MIG-a1']),
        ('0,-1,1', 1, ['0']),  # CUDA stops at the first that is not valid
        ('', 0, []),
        (None, 0, []),
    ],
)
def test_granted_gpus(monkeypatch, granted, count, want):
    monkeypatch.setattr(torch.cuda, 'device_count', lambda: count)
    monkeypatch.delenv('CUDA_VISIBLE_DEVICES', raising=False)
    if granted is not None:
        monkeypatch.setenv('CUDA_VISIBLE_DEVICES', granted)
    assert granted_gpus() == want


def test_commit_and_versions():
    found = commit()
    assert found is None or re.fullmatch(r'[0-9a-f]{12}\+?', found)
    assert versions()['torch'] == torch.__version__


def test_the_commit_of_another_checkout_is_not_ours(tmp_path, monkeypatch):
    """As of a project whose environment holds this package."""
    file = tmp_path / 'machine.py'
    file.touch()
    identity = ['-c', 'user.name=me', '-c', 'user.email=me@here']
    for args in (
        ['init', '-q'],
        [*identity, 'commit', '-q', '--allow-empty', '-m', '1'],
    ):
        subprocess.run(['git', *args], cwd=tmp_path, check=True)
    monkeypatch.setattr(machine, '__file__', str(file))
    assert commit() is None
    subprocess.run(['git', 'add', '.'], cwd=tmp_path, check=True)
    assert re.fullmatch(r'[0-9a-f]{12}\+', commit())
