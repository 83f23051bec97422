"""What a trained model does on a data set, in numbers and pictures."""

from .analysis import Analysis, analyze
from .collect import Predictions, Views, collect_predictions, collect_views

__all__ = [
    'Analysis',
    'Predictions',
    'Views',
    'analyze',
    'collect_predictions',
    'collect_views',
]
