"""Helpers on configs."""

import inspect
import os.path as osp
from typing import Any, Iterator, Optional, Tuple, Union

from mmengine.config import Config
from mmengine.registry import Registry
from mmengine.utils import get_installed_path


def read_config(name: str) -> Config:
    """Read a config file, or a config of an installed package.

    Args:
        name (str): A path, or ``package::path`` as in ``_base_``.

    Returns:
        Config: Its content.

    Raises:
        FileNotFoundError: If there is no such file.
    """
    package, external, path = name.partition('::')
    if external:
        folder = get_installed_path(package)
        name = osp.join(folder, '.mim', 'configs', path)
    return Config.fromfile(name)


def find_type(registry: Registry, kind: Any) -> Optional[Any]:
    """Return the class or function that a ``type`` of a config names.

    Args:
        registry (Registry): Where names are looked up.
        kind (str | type | None): A name, with or without a scope, or the
            class itself.

    Returns:
        The class or function; None where the name is not registered, which
        is reported when the config is built.
    """
    return registry.get(kind) if isinstance(kind, str) else kind


def is_a(registry: Registry, kind: Union[str, type], parent: type) -> bool:
    """Return whether a ``type`` of a config is ``parent`` or a subclass."""
    found = find_type(registry, kind)
    return inspect.isclass(found) and issubclass(found, parent)


def leaf_datasets(key: str, dataset: dict) -> Iterator[Tuple[str, dict]]:
    """Iterate over the datasets with a pipeline, inside all wrappers.

    Args:
        key (str): Key of the dataset in the config.
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
