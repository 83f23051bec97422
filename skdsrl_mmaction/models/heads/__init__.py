from .barlow_twins_head import BarlowTwinsHead
from .best_teacher_head import BestTeacherHead
from .building import (
    build_head,
    find_head,
    takes_stages,
    views_of_heads,
)
from .byol_head import BYOLHead
from .byot_head import BYOTHead
from .cskd_head import CSKDHead
from .ddgsd_head import DDGSDHead
from .fitnet_head import FitNetHead
from .frskd_head import FRSKDHead
from .kd_head import KDHead
from .mars_head import MARSHead
from .names import TRAINING_HEADS
from .pskd_head import PSKDHead
from .representation_head import RepresentationHead
from .self_distill_head import SelfDistillHead
from .siamese_head import SiameseHead
from .simclr_head import SimCLRHead
from .supcon_head import SupConHead
from .swav_head import SwAVHead
from .training_head import TrainingHead
from .vicreg_head import VICRegHead

__all__ = [
    'BestTeacherHead',
    'CSKDHead',
    'DDGSDHead',
    'BYOTHead',
    'FRSKDHead',
    'FitNetHead',
    'KDHead',
    'MARSHead',
    'PSKDHead',
    'BYOLHead',
    'BarlowTwinsHead',
    'RepresentationHead',
    'SelfDistillHead',
    'SiameseHead',
    'SimCLRHead',
    'SupConHead',
    'SwAVHead',
    'TRAINING_HEADS',
    'TrainingHead',
    'VICRegHead',
    'build_head',
    'find_head',
    'takes_stages',
    'views_of_heads',
]
