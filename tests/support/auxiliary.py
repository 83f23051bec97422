"""Small recognizers with a training head over feature maps."""

import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample

CLASSES = 5


def recognizer(width=4, **kwargs):
    """Config of a narrow R3D-18."""
    return {
        'type': 'Recognizer3D',
        'backbone': dict(type='R3D', depth=18, base_channels=width),
        'cls_head': dict(
            type='I3DHead',
            num_classes=CLASSES,
            in_channels=8 * width,
            dropout_ratio=0,
            init_std=0.3,
        ),
        **kwargs,
    }


def build(head, **kwargs):
    """One with a training head, ready for training."""
    config = recognizer(
        **{'type': 'DistillRecognizer3D', 'train_heads': [head], **kwargs}
    )
    model = MODELS.build(config)
    model.init_weights()
    return model.train()


def batch(n=4):
    """Clips of noise, and their labels."""
    samples = [ActionDataSample().set_gt_label(i % CLASSES) for i in range(n)]
    return torch.randn(n, 1, 3, 8, 32, 32), samples


def total(losses):
    """What is minimised."""
    return sum(loss for key, loss in losses.items() if 'loss' in key)


def train(model, steps=12, lr=0.02, data=None):
    """Losses of a few steps on one batch."""
    torch.manual_seed(0)
    data = data or batch()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    seen = []
    for _ in range(steps):
        losses = model.loss(*data)
        optimizer.zero_grad()
        total(losses).backward()
        optimizer.step()
        seen.append({key: x.item() for key, x in losses.items()})
    return seen


def assert_tests_in_stock(model):
    """Without its heads, the checkpoint predicts alike in the stock model."""
    weights = {
        key: x
        for key, x in model.state_dict().items()
        if not key.startswith('train_heads.')
    }
    stock = MODELS.build(recognizer())
    stock.load_state_dict(weights)
    inputs, samples = batch()
    with torch.no_grad():
        for ours, theirs in zip(
            model.eval().predict(inputs, samples),
            stock.eval().predict(inputs, samples),
        ):
            assert torch.equal(ours.pred_score, theirs.pred_score)
