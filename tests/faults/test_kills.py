"""The short form of ``make faults``: six kills, one of a real command."""

import pytest

pytestmark = pytest.mark.slow


def test_resumed_runs_equal_an_unbroken_one(python):
    done = python('-m', 'tests.faults', '--kills', 6, '--commands', 1)
    assert '6 of 6 resumed runs equal' in done.stdout
