import pytest
import torch
from mmaction.registry import MODELS

from skdsrl_mmaction.models.heads import FitNetHead
from skdsrl_mmaction.models.views import Views
from tests.support import auxiliary

HEAD = dict(type='FitNetHead')
TEACHER = auxiliary.recognizer(width=8)


@pytest.fixture
def teacher(tmp_path):
    """The two keys of a model that is taught."""
    network = MODELS.build(TEACHER)
    network.init_weights()
    path = tmp_path / 'teacher.pth'
    torch.save(dict(state_dict=network.state_dict()), path)
    return dict(teacher=TEACHER, teacher_checkpoint=str(path))


def test_by_hand():
    head = FitNetHead(
        dict(a=1, b=1), dict(c=1, d=1), ['a', 'b'], ['d', 'c'], loss_weight=5
    )
    for regressor in head.regressors:
        torch.nn.init.constant_(regressor.weight, 2)
        torch.nn.init.constant_(regressor.bias, 1)
    maps = torch.ones(1, 1, 2, 2, 2)
    ours = dict(a=maps, b=2 * maps)  # 3 and 5 after the regressors
    hint = maps.clone().requires_grad_()
    theirs = dict(d=hint, c=hint)
    samples = auxiliary.batch(1)[1]
    views = Views((), (), (), (ours,), samples)
    views.teacher = Views((), (), (), (theirs,), samples)
    (loss,) = head(views).values()
    assert loss.item() == 5 * (2**2 / 2 + 4**2 / 2) / 2
    loss.backward()
    assert hint.grad is None
    assert head.regressors[0].weight.grad.item() == 5 * 2 / 2


def test_hints_beside_the_logits_of_a_teacher(teacher):
    torch.manual_seed(0)
    model = auxiliary.build(HEAD, type='KDRecognizer3D', **teacher)
    (regressor,) = model.train_heads[1].regressors
    assert (regressor.in_channels, regressor.out_channels) == (8, 16)
    inputs, samples = auxiliary.batch()
    losses = model.loss(inputs, samples)
    assert {key for key in losses if 'loss' in key} == {
        *('loss_cls', 'loss_kd', 'loss_hint'),
    }
    backbone = model._teacher[0].backbone
    with torch.no_grad():
        x = backbone.maxpool(backbone.conv1(inputs[:, 0]))
        hint = backbone.layer2(backbone.layer1(x))
        x = model.backbone.maxpool(model.backbone.conv1(inputs[:, 0]))
        guided = regressor(model.backbone.layer2(model.backbone.layer1(x)))
    expected = (guided - hint).square().mean() / 2
    torch.testing.assert_close(losses['loss_hint'], expected)


def test_losses_fall_and_the_student_is_stock(teacher):
    torch.manual_seed(0)
    model = auxiliary.build(HEAD, **teacher)
    before = [p.clone() for p in model._teacher[0].parameters()]
    seen = auxiliary.train(model)
    for key in 'loss_cls', 'loss_hint':
        assert seen[-1][key] < 0.8 * seen[0][key]
    after = model._teacher[0].parameters()
    assert all(torch.equal(a, b) for a, b in zip(before, after))
    auxiliary.assert_tests_in_stock(model)


def test_a_teacher_of_images_and_a_student_of_clips(teacher):
    """Segments are the axis of time, and sizes may differ."""
    head = FitNetHead(dict(layer2=4), dict(layer2=6))
    samples = auxiliary.batch(2)[1]
    ours = dict(layer2=torch.randn(2, 4, 8, 7, 7))
    theirs = dict(layer2=torch.randn(2 * 3, 6, 14, 14))
    views = Views((), (), (), (ours,), samples)
    views.teacher = Views((), (), (), (theirs,), samples)
    assert head(views)['loss_hint'].isfinite()


@pytest.mark.parametrize(
    'option, message',
    [
        (dict(loss_weight=-1), 'FitNetHead.loss_weight.*-1'),
        (dict(stages=['layer1', 'layer2']), 'FitNetHead.stages.*pairs'),
        (dict(stages=['layer7']), "stage 'layer7' is no module"),
        (dict(teacher_stages=['layer8']), "stage 'layer8' is no module"),
    ],
)
def test_values_out_of_range(option, message):
    config = auxiliary.recognizer(
        type='DistillRecognizer3D',
        train_heads=[{**HEAD, **option}],
        teacher=TEACHER,
    )
    with pytest.raises(ValueError, match=message):
        MODELS.build(config)


def test_without_a_teacher():
    with pytest.raises(ValueError, match='model.teacher is None'):
        auxiliary.build(HEAD)
