import pytest
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop

from skdsrl_mmaction.engine.loops import use_resumable_loop


class MyLoop(EpochBasedTrainLoop):
    pass


@pytest.mark.parametrize(
    'given, kind',
    [
        ({}, 'ResumableEpochBasedTrainLoop'),
        (dict(by_epoch=True), 'ResumableEpochBasedTrainLoop'),
        (dict(by_epoch=False), 'ResumableIterBasedTrainLoop'),
        (dict(type='EpochBasedTrainLoop'), 'ResumableEpochBasedTrainLoop'),
        (
            dict(type='mmengine.IterBasedTrainLoop'),
            'ResumableIterBasedTrainLoop',
        ),
        (dict(type=IterBasedTrainLoop), 'ResumableIterBasedTrainLoop'),
        (dict(type=MyLoop), MyLoop),
        (dict(type='Unknown'), 'Unknown'),
        (
            dict(type='ResumableIterBasedTrainLoop'),
            'ResumableIterBasedTrainLoop',
        ),
    ],
)
def test_stock_loops_are_replaced(given, kind):
    train_cfg = dict(given, max_epochs=3)
    use_resumable_loop(train_cfg)
    assert train_cfg == dict(type=kind, max_epochs=3)
