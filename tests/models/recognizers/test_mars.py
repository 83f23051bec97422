import math

import pytest
import torch
from mmaction.registry import MODELS

from skdsrl_mmaction.models.heads import MARSHead
from skdsrl_mmaction.models.views import Views
from tests.support import auxiliary

TEACHER = auxiliary.recognizer()


@pytest.fixture
def teacher(tmp_path):
    """The two keys of a model that is taught."""
    network = MODELS.build(TEACHER)
    network.init_weights()
    path = tmp_path / 'teacher.pth'
    torch.save(dict(state_dict=network.state_dict()), path)
    return dict(teacher=TEACHER, teacher_checkpoint=str(path))


def student(teacher, **kwargs):
    model = MODELS.build(
        auxiliary.recognizer(type='MARSRecognizer3D', **teacher, **kwargs)
    )
    model.init_weights()
    return model.train()


def test_head_by_hand():
    r = torch.tensor([[1.0, 2.0], [0.0, 0.0]], requires_grad=True)
    r_teacher = torch.tensor([[0.0, 0.0], [3.0, 4.0]], requires_grad=True)
    views = Views((), (r,), (), (), ())
    views.teacher = Views((), (r_teacher,), (), (), ())
    loss = MARSHead(loss_weight=8)(views)['loss_mars']
    assert loss.item() == 8 * (1 + 4 + 9 + 16) / 4
    loss.backward()
    assert r.grad.tolist() == [[4, 8], [-12, -16]]
    assert r_teacher.grad is None


def test_the_teacher_sees_flow_and_the_student_frames(teacher):
    model = student(teacher, loss_weight=3)
    flow, samples = auxiliary.batch()
    frames, _ = auxiliary.batch()
    losses = model.loss(torch.cat([frames, flow], dim=1), samples)
    with torch.no_grad():
        r = model.backbone(frames[:, 0]).mean((2, 3, 4))
        r_teacher = model._teacher[0].backbone(flow[:, 0]).mean((2, 3, 4))
    expected = 3 * (r - r_teacher).square().mean()
    torch.testing.assert_close(losses['loss_mars'], expected)
    other = model.loss(torch.cat([frames, -flow], dim=1), samples)
    assert torch.equal(other['loss_cls'], losses['loss_cls'])
    assert not torch.equal(other['loss_mars'], losses['loss_mars'])


def test_losses_fall_and_the_student_is_stock(teacher):
    model = student(teacher)
    before = [p.clone() for p in model._teacher[0].parameters()]
    frames, samples = auxiliary.batch()
    inputs = torch.cat([frames, torch.randn_like(frames)], dim=1)
    first, *_, last = auxiliary.train(model, 20, 0.005, (inputs, samples))
    assert last['loss_mars'] < 0.2 * first['loss_mars']
    assert auxiliary.total(last) < 0.2 * auxiliary.total(first)
    after = model._teacher[0].parameters()
    assert all(torch.equal(a, b) for a, b in zip(before, after))
    auxiliary.assert_tests_in_stock(model)


def test_more_heads_see_the_same_teacher(teacher):
    model = student(teacher, train_heads=[dict(type='KDHead')])
    frames, samples = auxiliary.batch()
    losses = model.loss(torch.cat([frames, frames], dim=1), samples)
    assert {'loss_mars', 'loss_kd'} < set(losses)


def test_segments_of_a_2d_recognizer(tmp_path):
    config = dict(
        type='Recognizer2D',
        backbone=dict(type='ResNet', depth=18),
        cls_head=dict(type='TSNHead', num_classes=5, in_channels=512),
    )
    torch.save(MODELS.build(config).state_dict(), tmp_path / 'teacher.pth')
    model = MODELS.build(
        dict(
            config,
            type='MARSRecognizer2D',
            teacher=config,
            teacher_checkpoint=str(tmp_path / 'teacher.pth'),
        )
    )
    model.init_weights()
    model.eval()  # BatchNorm and dropout of both are constants
    model.backbone.load_state_dict(model._teacher[0].backbone.state_dict())
    segments = torch.randn(2, 3, 3, 32, 32)
    samples = auxiliary.batch(2)[1]
    losses = model.loss(torch.cat([segments, segments], dim=1), samples)
    assert losses['loss_mars'] < 1e-9
    losses = model.loss(torch.cat([segments, -segments], dim=1), samples)
    assert losses['loss_mars'] > 1e-3


def test_what_does_not_fit(teacher):
    with pytest.raises(ValueError, match='does not halve; add AddFlow'):
        student(teacher).loss(*auxiliary.batch())
    wide = dict(teacher=auxiliary.recognizer(width=8))
    with pytest.raises(ValueError, match='sees 64 channels and .* 32'):
        student(wide)
    with pytest.raises(ValueError, match='model.teacher is None'):
        student({})
    with pytest.raises(ValueError, match='MARSHead.loss_weight.*nan'):
        student(teacher, loss_weight=math.nan)
