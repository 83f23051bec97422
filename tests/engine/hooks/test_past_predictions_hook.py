from types import SimpleNamespace

import pytest
from mmaction.registry import HOOKS, MODELS
from mmengine.dataset import BaseDataset, RepeatDataset
from mmengine.runner import EpochBasedTrainLoop
from torch import nn

from skdsrl_mmaction.datasets import SeededDataset


class FiveVideos(BaseDataset):
    def load_data_list(self):
        return [dict() for _ in range(5)]


@pytest.fixture
def head():
    return MODELS.build(dict(type='PSKDHead', num_classes=3))


class Counting:
    """What is asked of a train loop."""

    epoch, max_epochs, iter, max_iters = 1, 4, 13, 40


class Epochs(Counting, EpochBasedTrainLoop):
    def __init__(self):
        pass


@pytest.fixture
def runner(head):
    dataset = SeededDataset(RepeatDataset(FiveVideos(), 4), seed=0)
    loop = Counting()
    loop.dataloader = SimpleNamespace(dataset=dataset)
    return SimpleNamespace(
        model=nn.ModuleList([nn.Identity(), nn.ModuleList([head])]),
        train_loop=loop,
        _train_loop=loop,
    )


@pytest.fixture
def hook():
    return HOOKS.build(dict(type='PastPredictionsHook'))


def test_room_for_the_videos_inside_all_wrappers(hook, runner, head):
    hook.before_run(runner)
    assert head.past.shape == (5, 3)
    head.past[2, 1] = 1
    runner._train_loop = dict(type='EpochBasedTrainLoop')  # about to test
    hook.before_run(runner)
    assert head.past[2, 1] == 1


def test_progress(hook, runner, head):
    hook.before_train_iter(runner, 3)
    assert head.progress == 14 / 40
    runner.train_loop = Epochs()
    hook.before_train_iter(runner, 3)
    assert head.progress == 2 / 4
