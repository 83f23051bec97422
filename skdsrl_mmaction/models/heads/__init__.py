from .building import (
    build_head,
    find_head,
    takes_stages,
    views_of_heads,
)
from .byot_head import BYOTHead
from .fitnet_head import FitNetHead
from .frskd_head import FRSKDHead
from .kd_head import KDHead
from .names import TRAINING_HEADS
from .self_distill_head import SelfDistillHead
from .siamese_head import SiameseHead
from .training_head import TrainingHead

__all__ = [
    'BYOTHead',
    'FRSKDHead',
    'FitNetHead',
    'KDHead',
    'SelfDistillHead',
    'SiameseHead',
    'TRAINING_HEADS',
    'TrainingHead',
    'build_head',
    'find_head',
    'takes_stages',
    'views_of_heads',
]
