"""Whether a pipeline fits the cached frames that it is to read."""

import os.path as osp
from functools import cache
from typing import Any, List, Sequence, Tuple

from mmaction.datasets.transforms import Resize
from mmaction.registry import TRANSFORMS
from mmaction.utils import get_str_type

from ...datasets.transforms import SiameseTwoView, VideoInit
from ...datasets.video.cache_index import Entry, find_cache, read_index
from ...utils import is_a
from ...utils.threads import map_in_threads
from .annotation_files import Sample


def check_cache(key: str, dataset: dict, samples: Sequence[Sample]) -> None:
    """Check that cached frames are what the pipeline makes of the videos.

    Datasets that read no cache are left alone.

    Args:
        key (str): Key of the dataset in the config.
        dataset (dict): Config of a dataset of videos, with a pipeline.
        samples (list[Sample]): Of its annotation file.

    Raises:
        ValueError: If the pipeline does not begin with ``VideoInit``, if its
            first change of the frames is another one than was cached, or if
            a video has changed since.
    """
    cached = _cached(samples)
    if not cached:
        return
    folder, entry = cached[0]
    steps = [x for x in dataset['pipeline'] if isinstance(x, dict)]
    if not any(is_a(TRANSFORMS, x['type'], VideoInit) for x in steps):
        raise ValueError(
            f'{key}.pipeline must open videos by VideoInit, not by '
            f'{get_str_type(steps[0]["type"])}: {folder!r} is a cache of '
            'frames'
        )
    _check_resize(key, folder, entry.short_side, steps)
    changed = map_in_threads(Entry.has_changed, [x for _, x in cached])
    found = [x for (_, x), is_other in zip(cached, changed) if is_other]
    if found:
        raise ValueError(
            f'{key}: {len(found)} videos, as {found[0].source!r}, have '
            f'changed since their frames were cached in {folder!r}; run '
            'tools/data/cache_frames.py again'
        )


def _cached(samples: Sequence[Sample]) -> List[Tuple[str, Entry]]:
    """Return cache and entry of each sample that is in the index of one."""
    cache_of = cache(lambda folder: find_cache(osp.join(folder, 'any')))
    found = []
    for sample in samples:
        folder = cache_of(osp.dirname(sample.path))
        if folder is None:
            continue
        name = osp.relpath(sample.path, folder)
        index = read_index(folder)
        entry = index.get(name) or index.get(f'{name}.mp4')
        if entry is not None:
            found.append((folder, entry))
    return found


def _check_resize(
    key: str, folder: str, short_side: int, steps: Sequence[dict]
) -> None:
    first = _first_change(steps)
    wanted = dict(
        scale=(-1, short_side),
        keep_ratio=True,
        interpolation='bilinear',
        lazy=False,
    )
    if not is_a(TRANSFORMS, first['type'], Resize):
        problem = f'it is {get_str_type(first["type"])}'
    elif _short_side(first.get('scale')) != short_side:
        problem = f'its scale is {first.get("scale")}'
    else:
        others = [
            f'its {name} is {first[name]!r}'
            for name in list(wanted)[1:]
            if first.get(name, wanted[name]) != wanted[name]
        ]
        if not others:
            return
        problem = others[0]
    options = ', '.join(f'{name}={value!r}' for name, value in wanted.items())
    raise ValueError(
        f'{key}.pipeline: its first change of the frames must be '
        f'Resize({options}), as they were cached in {folder!r}, but '
        f'{problem}; change it, or cache the videos in another folder with '
        'its short side'
    )


def _first_change(steps: Sequence[dict]) -> dict:
    """Return the step that gets the decoded frames."""
    for i, step in enumerate(steps[:-1]):
        # The name of every decoder of MMAction2 ends in Decode.
        if get_str_type(step['type']).endswith('Decode'):
            first = steps[i + 1]
            if is_a(TRANSFORMS, first['type'], SiameseTwoView):
                first = first['transforms'][0]
            return first if isinstance(first, dict) else dict(type=type(first))
    return dict(type='no decoder')


def _short_side(scale: Any) -> Any:
    """Return the short side that a scale sets for any frame, else None."""
    if not isinstance(scale, (tuple, list)) or len(scale) != 2:
        return None
    low, high = sorted(scale)
    if low == -1:
        return high
    return low if high == float('inf') else None
