"""The target network of BYOL."""

import copy

import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.logging import MessageHub

from skdsrl_mmaction.models.losses import similarity_loss

HEAD = dict(type='BYOLHead', hidden_channels=16, proj_channels=8)
THREE_D = dict(
    type='SKDSRLRecognizer3D',
    backbone=dict(type='R3D', depth=18, base_channels=4),
    cls_head=dict(
        type='I3DHead', num_classes=5, in_channels=32, dropout_ratio=0
    ),
)
TWO_D = dict(
    type='SKDSRLRecognizer2D',
    backbone=dict(type='ResNet', depth=18, norm_eval=False),
    cls_head=dict(
        type='TSMHead',
        num_classes=5,
        in_channels=512,
        num_segments=2,
        dropout_ratio=0,
    ),
)


@pytest.fixture(autouse=True)
def progress(monkeypatch):
    """Where the run is, which a Runner of another test may have set."""
    hub = MessageHub.get_instance('byol')
    monkeypatch.setattr(MessageHub, 'get_current_instance', lambda: hub)

    def set_progress(iteration, of=10):
        hub.update_info('iter', iteration)
        hub.update_info('max_iters', of)

    set_progress(0)
    return set_progress


def build(config=THREE_D, **kwargs):
    return MODELS.build(dict(config, siamese_head=dict(HEAD, **kwargs)))


def batch(two_d=False):
    shape = (4, 4, 3, 32, 32) if two_d else (4, 2, 3, 8, 32, 32)
    samples = [ActionDataSample().set_gt_label(i) for i in range(4)]
    return torch.randn(shape), samples


def step(model, optimizer, data):
    terms = model.loss(*data)
    optimizer.zero_grad()
    sum(value for key, value in terms.items() if 'loss' in key).backward()
    optimizer.step()


def sgd(model):
    return torch.optim.SGD(
        model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4
    )


def weights(model):
    """Those of the network, and those of its target."""
    head = model.siamese_head
    own, target = {}, {}
    for key, param in head.target_recognizer.module.named_parameters():
        own[key] = model.get_parameter(key).detach().clone()
        target[key] = param.clone()
    for key, param in head.target_projector.module.named_parameters():
        own[f'g.{key}'] = head.projector.get_parameter(key).detach().clone()
        target[f'g.{key}'] = param.clone()
    return own, target


def test_the_first_target_is_the_network_itself():
    """So Eq. 3 with z of the same network is a quarter of it, but for 4."""
    model = build()
    for param in model.backbone.parameters():  # as load_from does
        torch.nn.init.normal_(param, std=0.1)
    inputs, samples = batch()
    loss = model.loss(inputs, samples)['loss_byol']
    head = model.siamese_head
    r = [model.backbone(inputs[:, i]).mean(dim=(2, 3, 4)) for i in (0, 1)]
    z = [head.projector(x) for x in r]
    v = [head.predictor(x) for x in z]
    torch.testing.assert_close(loss, 1 + similarity_loss(*z, *v))


def test_the_target_is_a_moving_average(progress):
    model = build(momentum=0.9)
    optimizer, data = sgd(model), batch()
    step(model, optimizer, data)
    # At 5 of 10 iterations tau is 1 - 0.1 / 2.
    progress(5)
    own, before = weights(model)
    model.loss(*data)
    _, after = weights(model)
    moved = 0
    for key in after:
        expected = 0.95 * before[key] + 0.05 * own[key]
        torch.testing.assert_close(after[key], expected)
        moved += not torch.equal(after[key], before[key])
    assert moved == len(after)
    progress(10)  # tau is 1 at the end
    model.loss(*data)
    _, last = weights(model)
    assert all(torch.equal(last[key], after[key]) for key in last)


def test_the_target_has_no_gradient_and_no_optimizer_moves_it():
    model = build()
    optimizer, data = sgd(model), batch()
    model.loss(*data)
    _, before = weights(model)
    terms = model.loss(*data)
    terms['loss_byol'].backward()
    targets = [
        param for key, param in model.named_parameters() if '.target_' in key
    ]
    assert targets and all(param.grad is None for param in targets)
    optimizer.step()
    _, after = weights(model)
    assert all(torch.equal(after[key], before[key]) for key in after)


def test_evaluation_leaves_the_target_as_it_is():
    model = build()
    optimizer, data = sgd(model), batch()
    step(model, optimizer, data)
    before = copy.deepcopy(model.state_dict())
    model.eval()
    assert model.loss(*data)['loss_byol'].isfinite()
    after = model.state_dict()
    assert all(torch.equal(after[key], before[key]) for key in after)


def test_a_resumed_run_equals_an_unbroken_one(progress):
    model = build(momentum=0.9)
    optimizer, data = sgd(model), batch()
    for i in range(2):
        progress(i)
        step(model, optimizer, data)
    saved = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    twin = build(momentum=0.9)
    twin_optimizer = sgd(twin)
    twin.load_state_dict(saved[0])
    twin_optimizer.load_state_dict(saved[1])
    for i in range(2, 4):
        progress(i)
        step(model, optimizer, data)
        step(twin, twin_optimizer, data)
    ours, theirs = model.state_dict(), twin.state_dict()
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)
    assert ours['siamese_head.target_recognizer.steps'] == 4


def test_two_dimensional_with_more_heads():
    """The copy has no heads, whatever the recognizer has."""
    config = dict(TWO_D, train_heads=[dict(type='SimCLRHead')])
    model = build(config)
    optimizer, data = sgd(model), batch(two_d=True)
    for _ in range(2):
        step(model, optimizer, data)
    parts = {
        name
        for name, _ in model.siamese_head.target_recognizer.named_parameters()
    }
    assert {name.split('.')[1] for name in parts} == {'backbone', 'cls_head'}


def test_copies_are_independent():
    """EMA deep-copies the model; the copy follows its own weights."""
    model = build(momentum=0.9)
    data = batch()
    model.loss(*data)
    twin = copy.deepcopy(model)
    _, before = weights(model)
    for param in twin.backbone.parameters():
        torch.nn.init.ones_(param)
    twin.loss(*data)
    _, theirs = weights(twin)
    _, after = weights(model)
    assert all(torch.equal(after[key], before[key]) for key in after)
    assert not torch.equal(
        theirs['backbone.conv1.conv.weight'],
        before['backbone.conv1.conv.weight'],
    )
