import threading

import pytest

from skdsrl_mmaction.utils.threads import map_in_threads


@pytest.mark.parametrize('count', [0, 1, 64, 65, 1000])
def test_results_come_in_order(count):
    items = list(range(count))
    assert list(map_in_threads(str, items)) == list(map(str, items))


def test_several_at_a_time():
    """Each waits for another one."""
    barrier = threading.Barrier(2, timeout=30)
    items = [i % 64 == 0 for i in range(128)]
    list(map_in_threads(lambda waits: waits and barrier.wait(), items))


def test_errors_are_raised():
    with pytest.raises(ZeroDivisionError):
        list(map_in_threads(lambda x: 1 // x, [1, 0]))
