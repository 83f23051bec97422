import pytest
import torch
from mmaction.registry import MODELS
from torch import nn

from skdsrl_mmaction.models import R3D
from skdsrl_mmaction.models.backbones import convert_r3d_checkpoint
from tests.support.reference_resnet3d import ReferenceResNet3D


def recognizer(depth, shortcut, width, classes):
    channels = width * (32 if depth >= 50 else 8)
    return MODELS.build(
        dict(
            type='Recognizer3D',
            backbone=dict(
                type='R3D',
                depth=depth,
                shortcut_type=shortcut,
                base_channels=width,
            ),
            cls_head=dict(
                type='I3DHead',
                num_classes=classes,
                in_channels=channels,
                dropout_ratio=0,
            ),
        )
    )


def random_statistics(model):
    for module in model.modules():
        if isinstance(module, nn.BatchNorm3d):
            nn.init.uniform_(module.running_mean, -0.2, 0.2)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.2, 0.2)


@pytest.mark.parametrize('prefix', ['', 'module.'])
@pytest.mark.parametrize('shortcut', ['A', 'B'])
@pytest.mark.parametrize('depth', [18, 50])
def test_equals_reference_through_the_converter(depth, shortcut, prefix):
    reference = ReferenceResNet3D(depth, shortcut, width=8, classes=7).eval()
    random_statistics(reference)
    state = {f'{prefix}{k}': v for k, v in reference.state_dict().items()}
    model = recognizer(depth, shortcut, width=8, classes=7)
    checkpoint = dict(arch=f'resnet-{depth}', state_dict=state)
    model.load_state_dict(convert_r3d_checkpoint(checkpoint), strict=True)
    model.eval()
    x = torch.randn(2, 3, 16, 48, 48)
    with torch.no_grad():
        mine = model.cls_head(model.backbone(x))
        torch.testing.assert_close(mine, reference(x), rtol=1e-5, atol=1e-5)


def test_odd_sizes_equal_reference():
    reference = ReferenceResNet3D(18, 'A', width=4, classes=3).eval()
    model = recognizer(18, None, width=4, classes=3).eval()
    state = convert_r3d_checkpoint(dict(state_dict=reference.state_dict()))
    model.load_state_dict(state, strict=True)
    x = torch.randn(1, 3, 9, 37, 51)
    with torch.no_grad():
        mine = model.cls_head(model.backbone(x))
        torch.testing.assert_close(mine, reference(x), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    'depth, shortcut, parameters',
    [(18, 'A', 33235280), (18, 'B', 33409104), (50, 'B', 47018576)],
)
def test_published_parameter_counts(depth, shortcut, parameters):
    with torch.device('meta'):
        model = recognizer(depth, shortcut, width=64, classes=400)
    assert sum(p.numel() for p in model.parameters()) == parameters


@pytest.mark.parametrize('depth, shortcut', [(18, 'A'), (34, 'A'), (50, 'B')])
def test_default_shortcut(depth, shortcut):
    assert R3D(depth, base_channels=4).shortcut_type == shortcut


def test_initialisation_has_no_zero_residual():
    model = R3D(18, base_channels=4)
    model.init_weights()
    assert (model.layer1[0].conv2.bn.weight == 1).all()


def test_eval_returns_the_module():
    model = R3D(18, base_channels=4)
    assert model.eval() is model and not model.training


def test_unknown_shortcut():
    with pytest.raises(ValueError, match="shortcut_type must be.*'C'"):
        R3D(18, shortcut_type='C')


def test_pretrained_points_to_load_from():
    with pytest.raises(ValueError, match="pretrained='a.pth'.*load_from"):
        R3D(18, pretrained='a.pth')
    R3D(18, base_channels=4, pretrained=None)  # as host tools set it
