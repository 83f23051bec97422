import pytest
from torch import nn

from skdsrl_mmaction.models.heads.mlp import mlp


@pytest.mark.parametrize(
    'widths, norm, kinds',
    [
        ([6], True, []),
        ([6, 4], True, [nn.Linear]),
        (
            [6, 4, 3],
            True,
            [nn.Linear, nn.BatchNorm1d, nn.ReLU, nn.Linear],
        ),
        ([6, 4, 3], False, [nn.Linear, nn.ReLU, nn.Linear]),
    ],
)
def test_layers(widths, norm, kinds):
    made = mlp(widths, norm)
    layers = [made] if isinstance(made, nn.Linear) else list(made)
    assert [type(layer) for layer in layers] == kinds
    linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
    assert [layer.in_features for layer in linear] == widths[:-1]
    assert [layer.out_features for layer in linear] == widths[1:]
    # BatchNorm has the bias of the layer before it.
    assert [layer.bias is None for layer in linear[:-1]] == [norm] * (
        len(widths) - 2
    )
