import copy

import pytest

from skdsrl_mmaction.engine import BadVideosHook, guard_videos
from tests.support.small_run import small_loader, small_runner


def hooks_of(runner):
    return [x for x in runner.hooks if isinstance(x, BadVideosHook)]


@pytest.fixture
def runner(tiny_dataset, tmp_path):
    train_cfg = dict(by_epoch=True, max_epochs=1, max_bad_videos=0.2)
    loader = small_loader(tiny_dataset, 'train.txt')
    return small_runner(
        tmp_path,
        loader,
        copy.deepcopy(loader),
        train_cfg=train_cfg,
        cfg=dict(train_cfg=train_cfg),
    )


def test_the_share_goes_to_the_hook(runner):
    guard_videos(runner, look=False)
    (hook,) = hooks_of(runner)
    assert (hook.max_bad_videos, hook.look) == (0.2, False)
    assert 'max_bad_videos' not in runner._train_loop


def test_the_config_that_the_run_writes_is_the_users(runner):
    guard_videos(runner)
    assert runner.cfg.train_cfg.max_bad_videos == 0.2


def test_a_test_leaves_the_list_alone(runner, tmp_path):
    (tmp_path / 'bad_videos.txt').write_text('a.mp4\tlist.txt\tempty\n')
    guard_videos(runner, training=False)
    assert hooks_of(runner) == []
    assert (tmp_path / 'bad_videos.txt').exists()


def test_a_share_that_is_none(runner):
    runner._train_loop['max_bad_videos'] = 50
    with pytest.raises(ValueError, match='train_cfg.max_bad_videos=50 must'):
        guard_videos(runner)
