import sys

import pytest
import torch

from skdsrl_mmaction.cli import convert_r3d_weights
from skdsrl_mmaction.models import R3D
from tests.support.reference_resnet3d import ReferenceResNet3D


def convert(monkeypatch, src, dst):
    monkeypatch.setattr(sys, 'argv', ['convert', str(src), str(dst)])
    convert_r3d_weights.main()


def published(path, state_dict):
    torch.save(dict(arch='resnet-x', epoch=1, state_dict=state_dict), path)
    return path


@pytest.mark.parametrize('old', [True, False])
@pytest.mark.parametrize('depth, shortcut', [(18, 'A'), (18, 'B'), (50, 'B')])
def test_architecture_is_recognised(
    monkeypatch, tmp_path, capsys, depth, shortcut, old
):
    reference = ReferenceResNet3D(depth, shortcut, width=4, classes=7)
    state = {
        f'module.{key}': tensor
        for key, tensor in reference.state_dict().items()
        if not (old and key.endswith('num_batches_tracked'))
    }
    src = published(tmp_path / 'src.pth', state)
    convert(monkeypatch, src, tmp_path / 'dst.pth')
    printed = capsys.readouterr().out
    assert f'depth={depth} model.backbone.shortcut_type={shortcut}' in printed
    assert '7 classes' in printed

    weights = torch.load(tmp_path / 'dst.pth')['state_dict']
    backbone = R3D(depth, shortcut, base_channels=4)
    missing, unexpected = backbone.load_state_dict(
        {
            key[len('backbone.') :]: tensor
            for key, tensor in weights.items()
            if key.startswith('backbone.')
        },
        strict=False,
    )
    assert unexpected == []
    assert all(key.endswith('num_batches_tracked') for key in missing)


def test_nothing_is_overwritten(monkeypatch, tmp_path):
    state = ReferenceResNet3D(18, 'A', width=4, classes=7).state_dict()
    src = published(tmp_path / 'src.pth', state)
    (tmp_path / 'dst.pth').write_text('mine')
    with pytest.raises(SystemExit, match='not overwritten'):
        convert(monkeypatch, src, tmp_path / 'dst.pth')
    assert (tmp_path / 'dst.pth').read_text() == 'mine'


def test_incomplete_checkpoint(monkeypatch, tmp_path):
    state = ReferenceResNet3D(18, 'A', width=4, classes=7).state_dict()
    state.pop('layer3.0.conv1.weight')
    src = published(tmp_path / 'src.pth', state)
    with pytest.raises(ValueError, match='no R3D has exactly these weights'):
        convert(monkeypatch, src, tmp_path / 'dst.pth')
    assert not (tmp_path / 'dst.pth').exists()
