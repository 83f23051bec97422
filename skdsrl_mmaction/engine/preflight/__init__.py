"""Checks of a config and its data before anything is built."""

from .data import check_data
from .names import check_options
from .values import check_config
from .videos import check_videos
from .views import trains_on_two_views

__all__ = [
    'check_config',
    'check_data',
    'check_options',
    'check_videos',
    'trains_on_two_views',
]
