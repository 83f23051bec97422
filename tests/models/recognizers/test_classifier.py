import pytest
import torch
from mmaction.registry import MODELS
from torch import nn

from skdsrl_mmaction.models.recognizers.classifier import (
    capture_input,
    find_classifier,
)


def head(kind, num_classes=5, **kwargs):
    return MODELS.build(
        dict(type=kind, num_classes=num_classes, in_channels=16, **kwargs)
    )


@pytest.mark.parametrize(
    'kind, name, width',
    [
        ('I3DHead', 'fc_cls', 16),
        ('SlowFastHead', 'fc_cls', 16),
        ('TSNHead', 'fc_cls', 16),
        ('TSMHead', 'fc_cls', 16),
        ('TPNHead', 'fc_cls', 16),
        ('TimeSformerHead', 'fc_cls', 16),
        ('MViTHead', 'fc_cls', 16),
        ('UniFormerHead', 'fc_cls', 16),
        ('X3DHead', 'fc2', 2048),
    ],
)
def test_linear_classifiers_of_stock_heads(kind, name, width):
    cls_head = head(kind)
    assert find_classifier(cls_head) == (getattr(cls_head, name), width)


def test_the_last_layer_counts_where_widths_coincide():
    cls_head = head('X3DHead', num_classes=2048)
    assert find_classifier(cls_head)[0] is cls_head.fc2


@pytest.mark.parametrize('relations', ['TRN', 'TRNMultiScale'])
def test_trn(relations):
    cls_head = head(
        'TRNHead', num_segments=4, hidden_dim=6, relation_type=relations
    )
    assert find_classifier(cls_head) == (cls_head.consensus, 24)


def test_no_classifier():
    assert find_classifier(None) is None
    assert find_classifier(MODELS.build(dict(type='FeatureHead'))) is None


def test_capture_ends_with_the_context():
    layer, x = nn.Linear(2, 3), torch.randn(4, 2)
    with capture_input(layer) as seen:
        layer(x)
    layer(x + 1)
    assert len(seen) == 1 and seen[0] is x
    with pytest.raises(RuntimeError), capture_input(layer):
        layer(torch.randn(4, 9))
    assert not layer._forward_pre_hooks


class Weighted(nn.Module):
    """A consensus with parameters that is not TRN's."""

    def __init__(self, outputs=None):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(4))
        if outputs:
            self.fc = nn.Linear(outputs, outputs)


def test_a_consensus_with_parameters_of_another_kind():
    """The linear layer of the head itself is the classifier."""
    cls_head = head('TSNHead')
    cls_head.consensus = Weighted(outputs=5)
    assert find_classifier(cls_head) == (cls_head.fc_cls, 16)


def test_a_head_that_is_only_a_consensus_of_another_kind():
    cls_head = nn.Module()
    cls_head.num_classes, cls_head.consensus = 5, Weighted()
    assert find_classifier(cls_head) is None
