"""Packages that only parts of this one need."""

import importlib.util


def has(module: str) -> bool:
    """Return whether a module is installed, without importing it."""
    return importlib.util.find_spec(module) is not None


def need(module: str, package: str, extra: str, purpose: str) -> None:
    """Check that a package of an extra is installed.

    Args:
        module (str): What it is imported as.
        package (str): Its name.
        extra (str): Name of the extra, as in ``setup.cfg``.
        purpose (str): Begins the message, such as 'a page needs'.

    Raises:
        ImportError: If it is not; says what to install.
    """
    if not has(module):
        raise ImportError(
            f'{purpose} {package}; install it by '
            f"pip install 'skdsrl_mmaction[{extra}]'"
        )
