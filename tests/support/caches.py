"""Caches of frames that the tests write."""

from skdsrl_mmaction.datasets.preparation.cache import (
    cache_videos,
    find_sources,
)


def write_cache(src, dst, short_side):
    """Cache every video below ``src``; returns ``dst``."""
    files = find_sources(src, dst, short_side)
    assert cache_videos(files, dst, short_side, workers=1) == {}
    return dst
