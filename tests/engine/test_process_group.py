"""What ranks say that wait for another."""

import os
import signal
import time

import pytest
import torch
import torch.distributed as dist
from mmengine.config import Config

from skdsrl_mmaction.engine.process_group import naming_lost_ranks, open_group
from tests.support.ranks import free_port, run_ranks

# As little as a busy machine can keep.
START, COLLECTIVE = 8, 4


def config(**env_cfg):
    return Config(dict(launcher='pytorch', env_cfg=env_cfg))


def start():
    begin = time.monotonic()
    try:
        open_group(config(start_timeout=2))
    except TimeoutError as error:
        return str(error), time.monotonic() - begin


def test_a_rank_that_never_comes():
    for rank, found in enumerate(run_ranks(start, 2, WORLD_SIZE=3)):
        text, seconds = found
        assert text.startswith(f'rank {rank} of 3 waited for ')
        assert 'env_cfg.start_timeout=2 seconds' in text
        assert 'at 127.0.0.1:' in text
        assert 2 <= seconds < 20


def test_a_rank_that_never_comes_under_torchrun():
    """The store is the launcher's, so that every rank can be named."""
    port = free_port()
    store = dist.TCPStore(
        '127.0.0.1', port, is_master=True, wait_for_workers=False
    )
    found = run_ranks(
        *(start, 2),
        WORLD_SIZE=4,
        MASTER_PORT=port,
        TORCHELASTIC_USE_AGENT_STORE=True,
    )
    for rank, (text, _) in enumerate(found):
        assert text.startswith(f'rank {rank} of 4 waited for ranks 2, 3 at ')
    del store


def take_part(way):
    """Rank 1 of 3 freezes or ends where the others wait for it."""
    cfg = config(start_timeout=START, dist_cfg=dict(timeout=COLLECTIVE))
    begin = None
    try:
        with naming_lost_ranks(cfg):
            open_group(cfg)
            dist.all_reduce(torch.ones(1))
            if dist.get_rank() == 1 and way == 'frozen':
                os.kill(os.getpid(), signal.SIGSTOP)
            if dist.get_rank() == 1 and way == 'ended':
                os._exit(0)
            begin = time.monotonic()
            dist.all_reduce(torch.ones(1))
    except TimeoutError as error:
        return str(error), time.monotonic() - begin


@pytest.mark.parametrize('way', ['frozen', 'ended'])
def test_a_lost_rank_is_named(way):
    first, lost, last = run_ranks(take_part, 3, way, frozen=(1,))
    assert lost is None
    for rank, (text, seconds) in ((0, first), (2, last)):
        assert text.startswith(f'rank {rank} of 3 waited for rank 1, which')
        assert f'env_cfg.dist_cfg.timeout={COLLECTIVE} seconds' in text
        assert seconds < COLLECTIVE + 15
        assert (seconds >= COLLECTIVE) == (way == 'frozen')


def test_other_errors_stay_as_they_are():
    with pytest.raises(RuntimeError, match='^of another kind$'):
        with naming_lost_ranks(config()):
            raise RuntimeError('of another kind')


@pytest.mark.parametrize('value', [0, -1, '5 minutes', None])
@pytest.mark.parametrize('key', ['start_timeout', 'dist_cfg.timeout'])
def test_timeouts_are_positive(key, value):
    cfg = config()
    cfg.merge_from_dict({f'env_cfg.{key}': value})
    with pytest.raises(ValueError, match=f'env_cfg.{key}={value!r} must be'):
        open_group(cfg)


def test_no_rank(monkeypatch):
    monkeypatch.delenv('RANK', raising=False)
    with pytest.raises(ValueError, match='RANK.*torchrun'):
        open_group(config())


def timeout_of_the_group(seconds):
    open_group(config(dist_cfg=dict(timeout=seconds) if seconds else {}))
    options = dist.group.WORLD._get_backend(torch.device('cpu')).options
    return options._timeout.total_seconds()


def test_the_timeout_of_an_operation():
    assert run_ranks(timeout_of_the_group, 1, None) == [1800]
    assert run_ranks(timeout_of_the_group, 1, 7) == [7]
