"""Helpers on configs."""

import inspect
from typing import Iterator, Tuple, Union

from mmengine.config import Config
from mmengine.registry import Registry


def read_config(name: str) -> Config:
    """Read a config file, also one that an installed package brings along.

    Args:
        name (str): A path, or ``package::path`` as in ``_base_``.

    Returns:
        Config: Its content.

    Raises:
        FileNotFoundError: If there is no such file.
    """
    if '::' in name:
        name, _ = Config._get_cfg_path(name, '')
    return Config.fromfile(name)


def is_a(registry: Registry, kind: Union[str, type], parent: type) -> bool:
    """Whether a config's ``type`` is ``parent`` or derived from it.

    False for what is not registered: that is found when it is built.
    """
    found = registry.get(kind) if isinstance(kind, str) else kind
    return inspect.isclass(found) and issubclass(found, parent)


def leaf_datasets(key: str, dataset: dict) -> Iterator[Tuple[str, dict]]:
    """Walk through wrappers down to the datasets that have a pipeline.

    Args:
        key (str): Where the config has the dataset.
        dataset (dict): Its config.

    Yields:
        tuple[str, dict]: Key and config of each.
    """
    if 'datasets' in dataset:
        for i, child in enumerate(dataset['datasets']):
            yield from leaf_datasets(f'{key}.datasets[{i}]', child)
    elif 'dataset' in dataset:
        yield from leaf_datasets(f'{key}.dataset', dataset['dataset'])
    else:
        yield key, dataset
