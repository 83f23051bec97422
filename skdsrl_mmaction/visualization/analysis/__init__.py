"""What a trained model does on a data set, in numbers and pictures."""

from .analysis import Analysis, analyze
from .collect import Outputs, Views, collect_outputs, collect_views

__all__ = [
    'Analysis',
    'Outputs',
    'Views',
    'analyze',
    'collect_outputs',
    'collect_views',
]
