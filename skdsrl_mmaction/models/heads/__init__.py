from .self_distill_head import SelfDistillHead
from .siamese_head import SiameseHead

__all__ = ['SelfDistillHead', 'SiameseHead']
