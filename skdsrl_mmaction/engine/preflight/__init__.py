"""Checks of a config and its data before anything is built."""

from .data import check_data
from .views import trains_on_two_views

__all__ = ['check_data', 'trains_on_two_views']
