import copy
import math

import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.optim import build_optim_wrapper

from skdsrl_mmaction.models.losses import teacher_kl


def recognizer(kind='Recognizer3D', width=4, classes=5):
    return dict(
        type=kind,
        backbone=dict(type='R3D', depth=18, base_channels=width),
        cls_head=dict(
            type='I3DHead',
            num_classes=classes,
            in_channels=8 * width,
            dropout_ratio=0,
            init_std=0.3,
        ),
    )


@pytest.fixture
def checkpoint(tmp_path):
    teacher = MODELS.build(recognizer(width=8))
    teacher.init_weights()
    path = tmp_path / 'teacher.pth'
    torch.save(dict(state_dict=teacher.state_dict()), path)
    return str(path)


def student(checkpoint, **kwargs):
    return MODELS.build(
        dict(
            recognizer('KDRecognizer3D'),
            teacher=recognizer(width=8),
            teacher_checkpoint=checkpoint,
            **kwargs,
        )
    )


def batch(n=4):
    inputs = torch.randn(n, 1, 3, 16, 32, 32)
    return inputs, [ActionDataSample().set_gt_label(i % 5) for i in range(n)]


def test_teacher_kl_by_hand():
    p = torch.tensor([[0.0, 0.0]], dtype=torch.float64)
    p_teacher = torch.tensor([[2 * math.log(3), 0.0]], dtype=torch.float64)
    # At tau = 2 the teacher says (3/4, 1/4) and the student (1/2, 1/2).
    expected = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert teacher_kl(p, p_teacher, tau=2).item() == pytest.approx(expected)


def test_loss_is_cross_entropy_plus_weighted_divergence(checkpoint):
    model = student(checkpoint, tau=3, loss_weight=7)
    model.init_weights()
    teacher = MODELS.build(recognizer(width=8)).eval()
    teacher.load_state_dict(torch.load(checkpoint)['state_dict'])
    inputs, samples = batch()
    losses = model.loss(inputs, samples)

    x = inputs[:, 0]
    with torch.no_grad():
        t = teacher.cls_head(teacher.backbone(x)) / 3
    p = model.cls_head(model.backbone(x))
    labels = [int(sample.gt_label) for sample in samples]
    ce = -p.log_softmax(1)[range(4), labels].mean()
    t, s = t.softmax(1), (p / 3).softmax(1)
    kl = (t * (t.log() - s.log())).sum(1).mean()
    torch.testing.assert_close(losses['loss_cls'], ce)
    torch.testing.assert_close(losses['loss_kd'], 7 * kl)


def test_training_leaves_the_teacher_alone(checkpoint):
    model = student(checkpoint)
    model.init_weights()
    model.train()
    teacher = model._teacher[0]
    before = copy.deepcopy(teacher.state_dict())
    optim_wrapper = build_optim_wrapper(
        model, dict(optimizer=dict(type='SGD', lr=0.1, momentum=0.9))
    )
    for _ in range(2):
        inputs, samples = batch()
        raw = [(x + 1) * 127 for x in inputs]
        model.train_step(dict(inputs=raw, data_samples=samples), optim_wrapper)
    after = teacher.state_dict()
    assert all(torch.equal(before[key], after[key]) for key in before)
    assert not teacher.training
    assert all(p.grad is None for p in teacher.parameters())

    stock = MODELS.build(recognizer())
    assert model.state_dict().keys() == stock.state_dict().keys()
    trained = {id(p) for p in model.parameters()}
    assert not trained & {id(p) for p in teacher.parameters()}


def test_no_graph_is_kept_for_the_teacher(checkpoint):
    model = student(checkpoint)
    model.init_weights()
    seen = []
    model._teacher[0].cls_head.register_forward_hook(
        lambda module, args, out: seen.append(out.requires_grad)
    )
    model.loss(*batch())
    assert seen == [False]


def test_testing_needs_no_teacher():
    model = student(None).eval()
    inputs, samples = batch()
    with torch.no_grad():
        assert len(model.predict(inputs, samples)) == 4
    with pytest.raises(RuntimeError, match='init_weights'):
        model.loss(inputs, samples)


def test_missing_checkpoint(tmp_path):
    with pytest.raises(ValueError, match='teacher_checkpoint.*None'):
        student(None).init_weights()
    with pytest.raises(FileNotFoundError, match='nowhere.pth'):
        student(str(tmp_path / 'nowhere.pth')).init_weights()


def test_checkpoint_of_another_network(tmp_path):
    other = MODELS.build(recognizer(width=4)).state_dict()
    torch.save(dict(state_dict=other), tmp_path / 'other.pth')
    with pytest.raises(ValueError, match='does not fit model.teacher'):
        student(str(tmp_path / 'other.pth')).init_weights()
    fewer = MODELS.build(recognizer(width=8)).state_dict()
    fewer.pop('cls_head.fc_cls.bias')
    torch.save(dict(state_dict=fewer), tmp_path / 'fewer.pth')
    with pytest.raises(
        ValueError, match='1 missing from the file .cls_head.fc_cls.bias.;'
    ):
        student(str(tmp_path / 'fewer.pth')).init_weights()


def test_teacher_of_skdsrl_brings_its_heads_along(tmp_path):
    teacher = MODELS.build(
        dict(
            recognizer('SKDSRLRecognizer3D', width=8),
            siamese_head=dict(type='SiameseHead', proj_channels=16),
        )
    )
    path = tmp_path / 'skdsrl.pth'
    torch.save(dict(state_dict=teacher.state_dict()), path)
    student(str(path)).init_weights()


@pytest.mark.parametrize(
    'option',
    [
        dict(tau=0),
        dict(tau=math.inf),
        dict(loss_weight=-1),
        dict(loss_weight=math.nan),
    ],
)
def test_values_out_of_range(option):
    ((key, value),) = option.items()
    with pytest.raises(ValueError, match=f'KDHead.{key}.*{value}'):
        student(None, **option)
