from .barlow_twins_head import BarlowTwinsHead
from .building import (
    build_head,
    find_head,
    takes_stages,
    views_of_heads,
)
from .byol_head import BYOLHead
from .kd_head import KDHead
from .names import TRAINING_HEADS
from .representation_head import RepresentationHead
from .self_distill_head import SelfDistillHead
from .siamese_head import SiameseHead
from .simclr_head import SimCLRHead
from .supcon_head import SupConHead
from .swav_head import SwAVHead
from .training_head import TrainingHead
from .vicreg_head import VICRegHead

__all__ = [
    'BYOLHead',
    'BarlowTwinsHead',
    'KDHead',
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
