from typing import List

from mmaction.engine.optimizers import (
    LearningRateDecayOptimizerConstructor,
    TSMOptimWrapperConstructor,
)
from mmaction.registry import OPTIM_WRAPPER_CONSTRUCTORS
from torch import nn

from ...models.heads import TRAINING_HEADS


class HeadsApart:
    """Give the training heads parameter groups of their own.

    The stock constructor does not see them, so that every parameter of the
    stock recognizer has the learning rate and weight decay that it has
    without them. The heads have the base learning rate; weight decay applies
    to their matrices, and not to their biases and BatchNorm.
    """

    def add_params(
        self, params: List[dict], module: nn.Module, **kwargs
    ) -> None:
        """Add the groups of the stock recognizer and those of the heads.

        Args:
            params (list[dict]): Parameter groups; extended.
            module (nn.Module): The whole recognizer.
            **kwargs: Passed to the stock constructor.
        """
        heads = {
            name: head
            for name in TRAINING_HEADS
            if (head := getattr(module, name, None)) is not None
        }
        try:
            for name in heads:
                setattr(module, name, None)
            super().add_params(params, module, **kwargs)
        finally:
            for name, head in heads.items():
                setattr(module, name, head)
        named = {
            f'{prefix}.{name}': param
            for prefix, head in heads.items()
            for name, param in head.named_parameters()
        }
        for vectors in (False, True) if named else ():
            chosen = {
                name: param
                for name, param in named.items()
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
class SKDSRLTSMOptimWrapperConstructor(HeadsApart, TSMOptimWrapperConstructor):
    """Parameter groups of TSM, with those of the training heads apart.

    The stock constructor mistakes the last linear layer of a model, which is
    in that head, for the classifier.
    """


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class SKDSRLLearningRateDecayOptimizerConstructor(
    HeadsApart, LearningRateDecayOptimizerConstructor
):
    """Parameter groups of MViT, with those of the training heads apart.

    The stock constructor refuses BatchNorm, which that head has.
    """
