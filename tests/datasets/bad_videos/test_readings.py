"""Notes of what workers are reading."""

import os

import pytest

from skdsrl_mmaction.datasets.bad_videos import readings
from skdsrl_mmaction.datasets.bad_videos.readings import Readings


class Worker:
    def __init__(self, number):
        self.id = number


@pytest.fixture
def worker(monkeypatch):
    """Be worker 1 of a loader."""
    monkeypatch.setattr(readings, 'get_worker_info', lambda: Worker(1))


def test_a_sample_is_noted_while_it_is_prepared(worker):
    notes = Readings(2)
    with notes.note(7):
        assert notes.of([os.getpid()]) == [7]
        assert notes.of([os.getpid() + 1]) == []
    assert notes.of([os.getpid()]) == []


def test_an_error_ends_the_note(worker):
    notes = Readings(2)
    with pytest.raises(ValueError), notes.note(7):
        raise ValueError
    assert notes.of([os.getpid()]) == []


@pytest.mark.parametrize('workers', [0, 1])
def test_more_workers_than_announced_are_not_noted(workers, worker):
    notes = Readings(workers)
    with notes.note(7):
        assert notes.of([os.getpid()]) == []


def test_the_main_process_is_not_noted():
    notes = Readings(2)
    with notes.note(7):
        assert notes.of([os.getpid()]) == []
