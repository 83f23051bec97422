"""Packages that only pictures and analyses need."""

from ..utils.extras import need


def needs_scikit_learn() -> None:
    """Raise ImportError without scikit-learn."""
    purpose = 'analyses of the representation need'
    need('sklearn', 'scikit-learn', 'analysis', purpose)
