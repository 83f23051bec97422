from types import SimpleNamespace

import pytest
from mmengine.logging import MessageHub
from torch import nn

from skdsrl_mmaction.engine.hooks import CollapseHook

LENGTH = 4  # iterations of an epoch


def warnings(means, head=True, recorded=True, **kwargs):
    """Feed ``feat_std`` of whole epochs; returns iterations and warnings."""
    found = []
    model = nn.Module()
    z = SimpleNamespace(projector=nn.Linear(1, 1))
    model.heads = lambda: [z] if head else []
    runner = SimpleNamespace(
        model=model,
        train_dataloader=[None] * LENGTH,
        iter=0,
        message_hub=MessageHub('collapse'),
        logger=SimpleNamespace(
            log=lambda level, text: found.append((runner.iter + 1, text))
        ),
    )
    hook = CollapseHook(**kwargs)
    for mean in means:
        for i in range(LENGTH):
            if recorded:
                # The mean of the epoch is what counts.
                value = mean + (0.05 if i % 2 else -0.05)
                runner.message_hub.update_scalar('train/feat_std', value)
            hook.after_train_iter(runner, i)
            runner.iter += 1
    return found


@pytest.mark.parametrize(
    'means, warned',
    [
        ([0.06] * 9, [3]),
        ([0.5, 0.06, 0.06, 0.06, 0.06], [4]),
        ([0.06, 0.06, 0.2, 0.06, 0.06], []),
        ([0.06, 0.06], []),
        ([0.11] * 9, []),
    ],
)
def test_three_epochs_in_a_row_once(means, warned):
    found = [iteration for iteration, _ in warnings(means)]
    assert found == [epoch * LENGTH for epoch in warned]


def test_message():
    ((_, text),) = warnings([0.06] * 3)
    assert 'feat_std was 0.060 on average, and below 0.1 for 3 epoc' in text
    assert 'Try a lower learning rate' in text


def test_arguments():
    ((iteration, _),) = warnings([0.4, 0.4, 0.4], threshold=0.5, epochs=2)
    assert iteration == 2 * LENGTH
    with pytest.raises(ValueError, match='epochs must be >= 1.*0'):
        CollapseHook(epochs=0)


def test_other_models():
    assert warnings([0.06] * 9, head=False) == []
    assert warnings([0.06] * 9, recorded=False) == []
