from typing import List

from mmaction.engine.optimizers import (
    LearningRateDecayOptimizerConstructor,
    TSMOptimWrapperConstructor,
)
from mmaction.registry import OPTIM_WRAPPER_CONSTRUCTORS
from torch import nn


class SiameseHeadApart:
    """Hide the Siamese head from a stock constructor, then add it.

    Every parameter of the stock recognizer gets the learning rate and weight
    decay it has without SKD-SRL. The head learns at the base rate; its
    matrices decay, its biases and BatchNorm do not.
    """

    def add_params(
        self, params: List[dict], module: nn.Module, **kwargs
    ) -> None:
        """Add the groups of the stock recognizer and those of the head.

        Args:
            params (list[dict]): Parameter groups, to be extended.
            module (nn.Module): The whole recognizer.
        """
        head, module.siamese_head = module.siamese_head, None
        try:
            super().add_params(params, module, **kwargs)
        finally:
            module.siamese_head = head
        if head is None:
            return
        for vectors in (False, True):
            chosen = {
                f'siamese_head.{name}': param
                for name, param in head.named_parameters()
                if (param.dim() == 1) is vectors
            }
            group = dict(
                params=list(chosen.values()),
                lr=self.base_lr,
                weight_decay=0 if vectors else self.base_wd or 0,
            )
            # PyTorch wants all groups named, or none.
            if 'param_names' in params[0]:
                group['param_names'] = list(chosen)
            params.append(group)


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class SKDSRLTSMOptimWrapperConstructor(
    SiameseHeadApart, TSMOptimWrapperConstructor
):
    """The stock one takes a model's last linear layer for the classifier."""


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class SKDSRLLearningRateDecayOptimizerConstructor(
    SiameseHeadApart, LearningRateDecayOptimizerConstructor
):
    """The stock one, for MViT, refuses a model with any BatchNorm."""
