from types import SimpleNamespace

import pytest
from mmaction.registry import HOOKS, MODELS
from mmengine.dataset import BaseDataset, RepeatDataset
from torch import nn

from skdsrl_mmaction.datasets import SeededDataset


class FiveVideos(BaseDataset):
    def load_data_list(self):
        return [dict() for _ in range(5)]


@pytest.fixture
def head():
    return MODELS.build(dict(type='PSKDHead', num_classes=3))


@pytest.fixture
def runner(head):
    dataset = SeededDataset(RepeatDataset(FiveVideos(), 4), seed=0)
    loader = SimpleNamespace(dataset=dataset)
    return SimpleNamespace(
        model=nn.ModuleList([nn.Identity(), nn.ModuleList([head])]),
        train_dataloader=range(10),  # steps of an epoch
        max_iters=40,
        iter=0,
        _train_loop=SimpleNamespace(dataloader=loader),
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


@pytest.mark.parametrize(
    'iteration, progress', [(0, 1 / 4), (9, 1 / 4), (10, 2 / 4), (39, 1)]
)
def test_progress_follows_from_the_iteration(
    hook, runner, head, iteration, progress
):
    runner.iter = iteration
    hook.before_train_iter(runner, 0)
    assert head.progress == progress


def test_a_last_epoch_that_is_cut_short(hook, runner, head):
    """As where iterations are counted: 40 steps of 15 are 3 epochs."""
    runner.train_dataloader, runner.iter = range(15), 39
    hook.before_train_iter(runner, 0)
    assert head.progress == 1
