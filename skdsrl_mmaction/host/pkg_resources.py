"""What MMEngine needs of ``pkg_resources``, from ``importlib.metadata``."""

import importlib.metadata
import importlib.util
import sys

DistributionNotFound = importlib.metadata.PackageNotFoundError


def serve_pkg_resources() -> None:
    """Serve this module as ``pkg_resources`` where there is none.

    Symptom: ``No module named 'pkg_resources'`` where a config has a base of
    another package (``_base_ = 'mmaction::…'``).

    Cause: ``is_installed``, ``get_installed_path`` and ``package2module`` of
    MMEngine 0.10.7 import it, and setuptools 82 removed it. ``is_installed``
    also reloads it, so that a module made in memory would not do.

    Unnecessary once MMEngine uses ``importlib.metadata``.
    """
    if importlib.util.find_spec('pkg_resources') is None:
        sys.modules['pkg_resources'] = sys.modules[__name__]


def get_distribution(package: str) -> '_Distribution':
    """Return an installed distribution.

    Raises:
        DistributionNotFound: If it is not installed.
    """
    return _Distribution(importlib.metadata.distribution(package))


class _Distribution:
    def __init__(self, found: importlib.metadata.Distribution) -> None:
        self._found = found
        self.location = str(found.locate_file(''))

    def has_metadata(self, name: str) -> bool:
        return self._found.read_text(name) is not None

    def get_metadata(self, name: str) -> str:
        return self._found.read_text(name)


def fixup_namespace_packages(path_item: str) -> None:
    """Do nothing: only ``pkg_resources`` itself declares such packages.

    pytest's ``monkeypatch.syspath_prepend`` calls this where it finds a
    ``pkg_resources`` that has been imported.
    """


def __getattr__(name: str):
    # Packages fall back on an ImportError, the sign of a missing
    # pkg_resources; private names are looked up by pytest and by tools that
    # walk through all modules.
    error = AttributeError if name.startswith('_') else ImportError
    raise error(f'pkg_resources is not installed, so it has no {name!r}')
