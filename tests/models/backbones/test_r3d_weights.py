import pytest
import torch

from skdsrl_mmaction.models.backbones import convert_r3d_checkpoint


def test_key_map():
    keys = {
        'conv1.weight': 'backbone.conv1.conv.weight',
        'bn1.running_var': 'backbone.conv1.bn.running_var',
        'layer2.0.conv1.weight': 'backbone.layer2.0.conv1.conv.weight',
        'layer2.0.bn3.bias': 'backbone.layer2.0.conv3.bn.bias',
        'layer3.0.downsample.0.weight': (
            'backbone.layer3.0.downsample.conv.weight'
        ),
        'layer3.0.downsample.1.num_batches_tracked': (
            'backbone.layer3.0.downsample.bn.num_batches_tracked'
        ),
        'fc.bias': 'cls_head.fc_cls.bias',
    }
    state = {key: torch.tensor(i) for i, key in enumerate(keys)}
    converted = convert_r3d_checkpoint(dict(state_dict=state))
    assert converted == {
        renamed: torch.tensor(i) for i, renamed in enumerate(keys.values())
    }


def test_other_networks_are_refused():
    state = {'layer1.0.conv1_s.weight': torch.zeros(1)}
    with pytest.raises(ValueError, match='layer1.0.conv1_s.weight'):
        convert_r3d_checkpoint(dict(state_dict=state))


def test_other_checkpoints_are_refused():
    with pytest.raises(ValueError, match=r"'arch', 'state_dict'.*\['model'\]"):
        convert_r3d_checkpoint(dict(model={}))
