"""Workers of a loader that die while they read a video."""

import os
import signal

import pytest
import torch
from mmaction.registry import TRANSFORMS
from mmengine.hooks import Hook

from skdsrl_mmaction.engine import guard_videos
from skdsrl_mmaction.engine.runner import VideoRunner
from tests.support.small_run import small_loader, small_runner, steps

pytestmark = pytest.mark.slow


@TRANSFORMS.register_module()
class Deadly:
    """A decoder that crashes at one video, once a file is there."""

    def __init__(self, name, number, once):
        self.name, self.number, self.once = name, number, once

    def __call__(self, results):
        if results['filename'].endswith(self.name) and self.once.exists():
            os.kill(os.getpid(), self.number)
        return results


class ArmHook(Hook):
    """Make the second epoch deadly."""

    priority = 'LOWEST'

    def __init__(self, path):
        self.path = path

    def after_train_epoch(self, runner):
        self.path.touch()


def deadly_loader(folder, name, number, once):
    victim = (folder / name).read_text().split()[2]  # of line 2
    deadly = dict(type='Deadly', name=victim, number=number, once=once)
    pipeline = [steps()[0], deadly, *steps()[1:]]
    return small_loader(folder, name, workers=2, pipeline=pipeline), victim


def check(error, folder, name, victim, words):
    message = str(error.value)
    assert 'DataLoader worker (pid' in message and words in message
    assert (
        f'it was reading {str(folder / victim)!r} ({folder / name}, line 2);'
    ) in message
    assert message.count(str(folder / name)) == 1 and '\n' not in message


@pytest.mark.parametrize(
    'number, words',
    [(signal.SIGSEGV, 'Segmentation fault'), (signal.SIGKILL, 'Killed')],
)
def test_in_training(tiny_dataset, tmp_path, number, words):
    once = tmp_path / 'armed'
    loader, victim = deadly_loader(tiny_dataset, 'train.txt', number, once)
    runner = small_runner(
        tmp_path, loader, hooks=[ArmHook(once)], kind=VideoRunner
    )
    guard_videos(runner)
    with pytest.raises(RuntimeError) as error:
        runner.train()
    check(error, tiny_dataset, 'train.txt', victim, words)
    # What was saved is there, and whole.
    assert torch.load(tmp_path / 'epoch_1.pth')['meta']['epoch'] == 1
    assert not (tmp_path / 'epoch_2.pth').exists()


def test_in_validation(tiny_dataset, tmp_path):
    (tmp_path / 'armed').touch()
    loader, victim = deadly_loader(
        *(tiny_dataset, 'val.txt', signal.SIGSEGV, tmp_path / 'armed')
    )
    train = small_loader(tiny_dataset, 'train.txt')
    runner = small_runner(tmp_path, train, loader, kind=VideoRunner)
    guard_videos(runner, training=False)
    with pytest.raises(RuntimeError) as error:
        runner.val()
    check(error, tiny_dataset, 'val.txt', victim, 'Segmentation fault')


def test_other_errors_are_left_alone(tiny_dataset, tmp_path, monkeypatch):
    loader = small_loader(tiny_dataset, 'train.txt')
    runner = small_runner(tmp_path, loader, kind=VideoRunner)
    guard_videos(runner)
    fault = RuntimeError('DataLoader worker (pid 1) exited unexpectedly')

    def run_iter(*args):
        raise fault

    monkeypatch.setattr(
        'mmengine.runner.EpochBasedTrainLoop.run_iter', run_iter
    )
    with pytest.raises(RuntimeError) as error:
        runner.train()
    assert error.value is fault
