"""Packages that only pictures and analyses need."""

import importlib.util


def needs_scikit_learn() -> None:
    """Raise ImportError, with what to install, without scikit-learn."""
    if importlib.util.find_spec('sklearn') is None:
        raise ImportError(
            'analyses of the representation need scikit-learn; install it by '
            "pip install 'skdsrl_mmaction[analysis]'"
        )
