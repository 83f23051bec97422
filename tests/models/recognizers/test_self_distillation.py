"""Networks that teach themselves: a short run, and its checkpoint."""

import pytest
import torch
from mmaction.registry import HOOKS, MODELS
from mmaction.structures import ActionDataSample
from mmengine.optim import build_optim_wrapper

from skdsrl_mmaction.mixing import MECHANISMS

VIDEOS, CLASSES = 8, 4


def recognizer(**kwargs):
    return dict(
        dict(
            backbone=dict(type='R3D', depth=18, base_channels=4),
            cls_head=dict(
                type='I3DHead',
                num_classes=CLASSES,
                in_channels=32,
                dropout_ratio=0,
                average_clips='prob',
            ),
        ),
        **kwargs,
    )


def batches(views):
    """8 videos, two of a class after each other."""
    labels = [i // 2 for i in range(VIDEOS)]
    shape = (VIDEOS, 1, 3, 8, 16, 16)
    inputs = torch.randn(shape) + torch.tensor(labels).view(-1, 1, 1, 1, 1, 1)
    while True:
        seen = inputs.repeat(1, views, 1, 1, 1, 1)
        seen = seen + 0.3 * torch.randn_like(seen)
        samples = [
            ActionDataSample(metainfo=dict(sample_idx=i)).set_gt_label(label)
            for i, label in enumerate(labels)
        ]
        yield dict(inputs=list(seen), data_samples=samples)


def teach(model):
    """What a validation does for the best weights."""
    hook = HOOKS.build(dict(type='BestTeacherHook'))
    runner = type('Run', (), dict(model=model))
    hook.after_val_epoch(runner, {'acc/top1': 0.5})


@pytest.mark.slow
@pytest.mark.parametrize('name', ['ddgsd', 'cskd', 'pskd', 'selfkd-best'])
def test_the_loss_falls_and_the_weights_are_stock(name):
    mechanism = MECHANISMS[name]
    model = MODELS.build(
        recognizer(type=f'{mechanism.family}Recognizer3D', **mechanism.model)
    )
    model.init_weights()
    (head,) = model.train_heads
    if name == 'pskd':
        head.remember(VIDEOS)
    wrapper = build_optim_wrapper(
        model, dict(optimizer=dict(type='SGD', lr=0.02, momentum=0.9))
    )
    model.train()
    totals, own = [], []
    for step, batch in zip(range(24), batches(model.num_views)):
        head.progress = (step // 6 + 1) / 4
        if name == 'selfkd-best' and step in (6, 12):
            teach(model)
        logs = model.train_step(batch, wrapper)
        totals.append(logs['loss'].item())
        names = {'loss_mutual', 'loss_class', 'loss_past', 'loss_kd'}
        (key,) = names & logs.keys()
        own.append(abs(logs[key].item()))
    assert sum(totals[-4:]) < 0.5 * sum(totals[:4])
    assert max(own) > 0

    model.eval()
    stock = MODELS.build(recognizer(type='Recognizer3D')).eval()
    state = model.state_dict()
    without = {k: x for k, x in state.items() if not k.startswith('train_')}
    stock.load_state_dict(without)  # nothing missing, nothing left over
    inputs = torch.randn(2, 1, 3, 8, 16, 16)
    with torch.no_grad():
        mine, theirs = (
            each(
                inputs,
                [ActionDataSample() for _ in range(2)],
                mode='predict',
            )
            for each in (model, stock)
        )
    for one, other in zip(mine, theirs):
        assert torch.equal(one.pred_score, other.pred_score)
