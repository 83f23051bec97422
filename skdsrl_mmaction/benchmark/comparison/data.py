"""Describe the content of a config's data, wherever it is."""

import copy
import hashlib
import json
import os
from typing import Any, Dict, List, Optional

from mmaction.registry import DATASETS
from mmengine import fileio
from mmengine.config import Config

from ...datasets.video import frames_of
from ...datasets.video.cache_index import find_entry, stamp_of
from ...utils import leaf_datasets
from .overrides import splits_of

# Keys of a data set that say where its data is.
PLACES = ('ann_file', 'data_prefix', 'data_root')
# Keys of a config whose values may be files of weights.
WEIGHTS = ('load_from', 'pretrained', 'checkpoint', 'teacher_checkpoint')


def digest(content: Any) -> str:
    """Return ten hexadecimal digits of the sha256 of JSON content."""
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def describe_data(cfg: Config) -> Dict[str, List[Dict[str, str]]]:
    """Describe annotation files and videos by their content.

    An annotation file counts by its bytes. A video counts by its size and
    its time of change, which a plain copy does not keep; so does a folder of
    raw frames. Cached frames count as their video, and flow as its video and
    how it was computed. Videos that are not on a
    local disk count as absent.

    Args:
        cfg (Config): The whole config; its data sets are built.

    Returns:
        dict[str, list[dict]]: For each split that the config uses, one dict
        for each data set, with ``ann_file`` and ``videos``: how many, and a
        digest.
    """
    return {
        split: [
            _describe(dataset)
            for _, dataset in leaf_datasets(
                split, cfg[f'{split}_dataloader'].dataset
            )
        ]
        for split in splits_of(cfg)
    }


def _describe(dataset: dict) -> Dict[str, str]:
    built = DATASETS.build(copy.deepcopy(dataset))
    annotations = fileio.get(built.ann_file) if built.ann_file else b''
    infos = map(built.get_data_info, range(len(built)))
    stats = [
        _stamp(x.get('filename') or x.get('frame_dir', '')) for x in infos
    ]
    absent = stats.count(None)
    return dict(
        ann_file=f'{len(stats)} samples, sha256 '
        f'{hashlib.sha256(annotations).hexdigest()[:10]}',
        videos=f'{len(stats) - absent} files, {absent} absent, sha256 '
        f'{digest(stats)}',
    )


def _stamp(path: str) -> Optional[tuple]:
    entry = find_entry(path) if frames_of(path) else None
    if entry is None:
        return stamp_of(path)
    flow = () if entry.content == 'frames' else (entry.content,)
    return (entry.size, entry.time, *flow)


def describe_weights(config: Any) -> Any:
    """Describe the files of weights in a config by their content.

    Args:
        config (dict or list): A config, or a part of one.

    Returns:
        dict or list: A copy. The value of every key in :data:`WEIGHTS` that
        names a local file is its name and a digest of size and time of
        change; others, as a URL, are unchanged.
    """
    if isinstance(config, dict):
        return {
            key: _describe_file(value)
            if key in WEIGHTS and isinstance(value, str)
            else describe_weights(value)
            for key, value in config.items()
        }
    if isinstance(config, (list, tuple)):
        return [describe_weights(part) for part in config]
    return config


def _describe_file(path: str) -> str:
    found = stamp_of(path)
    return f'{os.path.basename(path)}, {digest(found)}' if found else path
