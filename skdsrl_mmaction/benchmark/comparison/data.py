"""Describe the content of a config's data, wherever it is."""

import copy
import hashlib
import json
import os
from typing import Any, Dict, List, Optional, Tuple

from mmaction.registry import DATASETS
from mmengine import fileio
from mmengine.config import Config

from ...utils import leaf_datasets
from .overrides import SPLITS

# Keys of a data set that say where its data is.
PLACES = ('ann_file', 'data_prefix', 'data_root')


def digest(content: Any) -> str:
    """Return ten hexadecimal digits of the sha256 of JSON content."""
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def describe_data(cfg: Config) -> Dict[str, List[Dict[str, str]]]:
    """Describe annotation files and videos by their content.

    An annotation file counts by its bytes. A video counts by its size and
    its time of change, which a plain copy does not keep; so does a folder of
    raw frames. Videos that are not on a local disk count as absent.

    Args:
        cfg (Config): The whole config; its data sets are built.

    Returns:
        dict[str, list[dict]]: For 'train' and 'test', one dict for each data
        set, with ``ann_file`` and ``videos``: how many, and a digest.
    """
    return {
        split: [
            _describe(dataset)
            for _, dataset in leaf_datasets(
                split, cfg[f'{split}_dataloader'].dataset
            )
        ]
        for split in SPLITS
    }


def _describe(dataset: dict) -> Dict[str, str]:
    built = DATASETS.build(copy.deepcopy(dataset))
    annotations = fileio.get(built.ann_file) if built.ann_file else b''
    infos = map(built.get_data_info, range(len(built)))
    stats = [_stat(x.get('filename') or x.get('frame_dir')) for x in infos]
    absent = stats.count(None)
    return dict(
        ann_file=f'{len(stats)} samples, sha256 '
        f'{hashlib.sha256(annotations).hexdigest()[:10]}',
        videos=f'{len(stats) - absent} files, {absent} absent, sha256 '
        f'{digest(stats)}',
    )


def _stat(path: Optional[str]) -> Optional[Tuple[int, int]]:
    try:
        found = os.stat(path or '')
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def describe_weights(path: Optional[str]) -> Optional[str]:
    """Describe a file of weights by its name, size and time of change.

    Args:
        path (str, optional): A local file; a URL is returned unchanged.

    Returns:
        str, optional: The description.
    """
    found = _stat(path)
    if found is None:
        return path
    return f'{os.path.basename(path)}, {digest(found)}'
