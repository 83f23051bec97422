import copy
from types import SimpleNamespace

import pytest
import torch
from mmaction.registry import HOOKS, MODELS
from mmaction.structures import ActionDataSample


def recognizer():
    return MODELS.build(
        dict(
            type='DistillRecognizer3D',
            backbone=dict(type='R3D', depth=18, base_channels=2),
            cls_head=dict(
                type='I3DHead', num_classes=5, in_channels=16, init_std=0.3
            ),
            train_heads=[dict(type='BestTeacherHead', loss_weight=1)],
        )
    )


def run_of(model, resume=False):
    return SimpleNamespace(model=model, _resume=resume)


def validate(hook, runner, score):
    hook.after_val_epoch(runner, {'acc/top1': score, 'acc/top5': 1.0})


def change(model, value):
    with torch.no_grad():
        for tensor in model.state_dict().values():
            tensor.copy_(torch.full_like(tensor, value))


def values(model):
    return {float(x.double().mean()) for x in model.state_dict().values()}


def batch():
    samples = [ActionDataSample().set_gt_label(i) for i in range(2)]
    return torch.randn(2, 1, 3, 8, 32, 32), samples


def test_the_best_weights_so_far_teach():
    model = recognizer()
    hook = HOOKS.build(dict(type='BestTeacherHook'))
    runner = run_of(model)
    assert model.loss(*batch())['loss_kd'] == 0 and not model._teacher
    for weights, score, teaching in (1, 0.2, 1), (2, 0.5, 2), (3, 0.5, 2):
        change(model, weights)
        validate(hook, runner, score)
        assert values(model._teacher[0]) == {teaching}
    teacher = model._teacher[0]
    assert not teacher.training
    assert not any(p.requires_grad for p in teacher.parameters())
    assert teacher.train_heads is None and model.train_heads is not None
    # It belongs to no optimizer, process group or state of the model.
    mine = {id(p) for p in model.parameters()}
    assert not mine & {id(p) for p in teacher.parameters()}
    assert not any('teacher' in key for key in model.state_dict())


def test_equal_weights_teach_nothing_and_others_do():
    model = recognizer()
    model.init_weights()
    model.eval()  # the teacher has the running statistics
    hook = HOOKS.build(dict(type='BestTeacherHook'))
    validate(hook, run_of(model), 0.2)
    inputs, samples = batch()
    model.cls_head.dropout = None
    assert model.loss(inputs, samples)['loss_kd'].abs() < 1e-6
    with torch.no_grad():
        model.cls_head.fc_cls.bias[0] += 50
    loss = model.loss(inputs, samples)['loss_kd']
    assert loss > 0.01
    loss.backward()
    assert model.backbone.conv1.conv.weight.grad.any()
    assert all(p.grad is None for p in model._teacher[0].parameters())


def test_a_resumed_run_has_the_teacher(tmp_path):
    model = recognizer()
    hook = HOOKS.build(dict(type='BestTeacherHook'))
    change(model, 4)
    validate(hook, run_of(model), 0.7)
    change(model, 5)
    best, checkpoint = {}, dict(optimizer={})
    hook.before_save_checkpoint(run_of(model), best)  # weights alone
    assert best == {}
    hook.before_save_checkpoint(run_of(model), checkpoint)
    torch.save(checkpoint, tmp_path / 'epoch_1.pth')
    checkpoint = torch.load(tmp_path / 'epoch_1.pth', weights_only=True)

    other, again = recognizer(), HOOKS.build(dict(type='BestTeacherHook'))
    again.after_load_checkpoint(run_of(other), copy.deepcopy(checkpoint))
    assert not other._teacher  # of load_from
    again.after_load_checkpoint(run_of(other, resume=True), checkpoint)
    assert values(other._teacher[0]) == {4} and again.score == 0.7
    validate(again, run_of(other), 0.6)
    assert values(other._teacher[0]) == {4}


def test_smaller_may_be_better():
    model = recognizer()
    hook = HOOKS.build(
        dict(type='BestTeacherHook', monitor='error', rule='less')
    )
    for weights, error, teaching in (1, 0.9, 1), (2, 0.3, 2), (3, 0.4, 2):
        change(model, weights)
        hook.after_val_epoch(run_of(model), dict(error=error))
        assert values(model._teacher[0]) == {teaching}


def test_what_is_refused():
    with pytest.raises(ValueError, match="rule='more'.*greater"):
        HOOKS.build(dict(type='BestTeacherHook', rule='more'))
    hook = HOOKS.build(dict(type='BestTeacherHook', monitor='acc/top9'))
    with pytest.raises(ValueError, match="'acc/top9'.*acc/top1, acc/top5"):
        validate(hook, run_of(recognizer()), 0.5)
    model = recognizer()
    model.teacher_cfg = dict(type='Recognizer3D')
    with pytest.raises(ValueError, match="model.teacher='Recognizer3D'"):
        model.set_teacher(torch.nn.Identity())
