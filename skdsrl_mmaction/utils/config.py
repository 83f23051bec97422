"""Helpers on configs."""

import importlib.util
import inspect
import os.path as osp
from typing import Iterator, Tuple, Union

from mmengine.config import Config
from mmengine.registry import Registry


def config_path(name: str) -> str:
    """Return the path of a config.

    Args:
        name (str): A path, or ``package::path`` for a config that an
            installed package holds, as in ``_base_``. The path may be a
            pattern.

    Returns:
        str: The path; for ``package::path``, in ``.mim/configs`` of the
        package.

    Raises:
        ModuleNotFoundError: If the package is not installed.
    """
    package, packaged, path = name.rpartition('::')
    if not packaged:
        return name
    spec = (
        importlib.util.find_spec(package) if package.isidentifier() else None
    )
    if spec is None:
        raise ModuleNotFoundError(
            f'{name}: no package {package!r} is installed; write '
            'mmaction::PATH or skdsrl_mmaction::PATH'
        )
    return osp.join(osp.dirname(spec.origin), '.mim', 'configs', path)


def read_config(name: str) -> Config:
    """Read a config.

    Args:
        name (str): As :func:`config_path` takes it.

    Returns:
        Config: Its content.

    Raises:
        ModuleNotFoundError: If the package is not installed.
        FileNotFoundError: If there is no such file.
    """
    return Config.fromfile(config_path(name))


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
