"""Waiting for what other processes do."""

import time


def until(true, seconds=60):
    """Return once a condition holds; an error if it does not in time."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)
