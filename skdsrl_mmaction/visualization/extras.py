"""Packages that only pictures and analyses need."""

import importlib.util


def has(module: str) -> bool:
    """Return whether a module is installed, without importing it."""
    return importlib.util.find_spec(module) is not None


def need(module: str, package: str, purpose: str) -> None:
    """Check that a package of the extra ``analysis`` is installed.

    Args:
        module (str): What it is imported as.
        package (str): Its name.
        purpose (str): Begins the message, such as 'a page needs'.

    Raises:
        ImportError: If it is not; says what to install.
    """
    if not has(module):
        raise ImportError(
            f'{purpose} {package}; install it by '
            "pip install 'skdsrl_mmaction[analysis]'"
        )


def needs_scikit_learn() -> None:
    """Raise ImportError without scikit-learn."""
    need('sklearn', 'scikit-learn', 'analyses of the representation need')
