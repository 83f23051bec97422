from .best_teacher_head import BestTeacherHead
from .building import (
    build_head,
    find_head,
    takes_stages,
    views_of_heads,
)
from .byot_head import BYOTHead
from .cskd_head import CSKDHead
from .ddgsd_head import DDGSDHead
from .fitnet_head import FitNetHead
from .frskd_head import FRSKDHead
from .kd_head import KDHead
from .names import TRAINING_HEADS
from .pskd_head import PSKDHead
from .self_distill_head import SelfDistillHead
from .siamese_head import SiameseHead
from .training_head import TrainingHead

__all__ = [
    'BestTeacherHead',
    'CSKDHead',
    'DDGSDHead',
    'BYOTHead',
    'FRSKDHead',
    'FitNetHead',
    'KDHead',
    'PSKDHead',
    'SelfDistillHead',
    'SiameseHead',
    'TRAINING_HEADS',
    'TrainingHead',
    'build_head',
    'find_head',
    'takes_stages',
    'views_of_heads',
]
