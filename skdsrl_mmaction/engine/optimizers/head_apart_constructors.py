from typing import List

from mmaction.engine.optimizers import (
    LearningRateDecayOptimizerConstructor,
    TSMOptimWrapperConstructor,
)
from mmaction.registry import OPTIM_WRAPPER_CONSTRUCTORS
from torch import nn


class SiameseHeadApart:
    """Give the Siamese head parameter groups of its own.

    The stock constructor does not see the head, so that every parameter of
    the stock recognizer has the learning rate and weight decay that it has
    without SKD-SRL. The head has the base learning rate; weight decay applies
    to its matrices, and not to its biases and BatchNorm.
    """

    def add_params(
        self, params: List[dict], module: nn.Module, **kwargs
    ) -> None:
        """Add the groups of the stock recognizer and those of the head.

        Args:
            params (list[dict]): Parameter groups; extended.
            module (nn.Module): The whole recognizer.
            **kwargs: Passed to the stock constructor.
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
            # PyTorch requires names in all groups, or in none.
            if 'param_names' in params[0]:
                group['param_names'] = list(chosen)
            params.append(group)


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class SKDSRLTSMOptimWrapperConstructor(
    SiameseHeadApart, TSMOptimWrapperConstructor
):
    """Parameter groups of TSM, with the Siamese head in groups of its own.

    The stock constructor mistakes the last linear layer of a model, which is
    in that head, for the classifier.
    """


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class SKDSRLLearningRateDecayOptimizerConstructor(
    SiameseHeadApart, LearningRateDecayOptimizerConstructor
):
    """Parameter groups of MViT, with the Siamese head in groups of its own.

    The stock constructor refuses BatchNorm, which that head has.
    """
