"""Helpers on configs."""

import importlib.util
import inspect
import os.path as osp
from typing import Any, Iterator, Optional, Tuple, Union

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


def import_first(cfg: Config, name: str) -> None:
    """Add a package to ``custom_imports``, before all others.

    The others may import ``mmaction.models``, which this package repairs.

    Args:
        cfg (Config): The whole config; is modified.
        name (str): The package.
    """
    custom = cfg.get('custom_imports') or dict(
        imports=[], allow_failed_imports=False
    )
    imports = custom['imports']
    imports = [imports] if isinstance(imports, str) else list(imports)
    if name not in imports:
        imports.insert(0, name)
    cfg.custom_imports = dict(custom, imports=imports)
