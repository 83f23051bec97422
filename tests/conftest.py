"""What the tests share: videos, written here or real ones, and processes."""

import contextlib
import os
import sys

# One thread for each test and each process that it starts: the models are
# tiny, and pytest-xdist runs a worker on every core. PyTorch reads this when
# it is imported.
os.environ.setdefault('OMP_NUM_THREADS', '1')

# It configures logging, which closes log files: now, when there are none.
with contextlib.suppress(ImportError):
    import submitit  # noqa: F401

import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope

import skdsrl_mmaction  # noqa: F401  the host repaired, all classes registered
from tests.support.paths import REAL_VIDEOS, ROOT
from tests.support.videos import write_counting_video, write_tiny_dataset


def pytest_collection_modifyitems(items):
    """Mark tests as slow that run commands in processes of their own.

    Their files come first: a long one in the end would keep one core idle.
    """
    for item in items:
        if 'python' in item.fixturenames:
            item.add_marker('slow')
    items.sort(key=lambda item: item.get_closest_marker('slow') is None)


@pytest.fixture(autouse=True)
def seed():
    np.random.seed(0)
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def default_scope():
    init_default_scope('mmaction')


@pytest.fixture(scope='session', autouse=True)
def user_cache(tmp_path_factory):
    """A cache of the tests' own, also for the commands that they run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('XDG_CACHE_HOME', str(tmp_path_factory.mktemp('cache')))
        yield


@pytest.fixture(scope='session')
def real_videos():
    """The folder of real videos; skips where there is none."""
    if not REAL_VIDEOS.is_dir():
        pytest.skip(f'no real videos in {REAL_VIDEOS}; set SKDSRL_REAL_VIDEOS')
    return REAL_VIDEOS


@pytest.fixture(scope='session')
def python():
    """Run Python in a process of its own, from the top of the checkout."""
    import subprocess

    def run(*args, check=True, **kwargs):
        done = subprocess.run(
            [sys.executable, *map(str, args)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=600,
            **kwargs,
        )
        if check and done.returncode:
            pytest.fail(
                f'{args}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}'
            )
        return done

    return run


@pytest.fixture(scope='session')
def counting_video(tmp_path_factory):
    """25 frames of 64 x 48; frame i has grey level 10 * i."""
    folder = tmp_path_factory.mktemp('counting')
    return write_counting_video(folder / 'counting.mp4', 25)


@pytest.fixture(scope='session')
def short_video(tmp_path_factory):
    """10 frames of 64 x 48, fewer than a clip; frame i has level 10 * i."""
    folder = tmp_path_factory.mktemp('short')
    return write_counting_video(folder / 'short.mp4', 10)


@pytest.fixture(scope='session')
def tiny_dataset(tmp_path_factory):
    """A folder with 12 videos of 3 classes: train.txt (8), val.txt (4)."""
    folder = tmp_path_factory.mktemp('tiny')
    write_tiny_dataset(folder)
    return folder
