import pytest
import torch
from mmaction.structures import ActionDataSample
from torch import nn

from skdsrl_mmaction.models.views import Views, capture_stages


def views(samples):
    return Views((), (), (), (), samples)


def test_labels():
    samples = [ActionDataSample().set_gt_label(i) for i in (3, 1)]
    assert views(samples).labels.tolist() == [3, 1]


def test_soft_labels_are_refused():
    soft = ActionDataSample().set_gt_label(torch.tensor([0.3, 0.7]))
    with pytest.raises(ValueError, match='Mixup and CutMix'):
        assert views([soft]).labels is not None


def test_stages_are_captured_and_no_hook_stays():
    network = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 4))
    x = torch.randn(5, 2)
    with capture_stages(network, ['0']) as outputs:
        network(x)
    assert torch.equal(outputs['0'], network[0](x))
    outputs.clear()
    network(x)
    assert not outputs
