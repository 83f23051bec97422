from mmengine.model import BaseTTAModel, is_model_wrapper
from torch import nn


def bare_model(runner) -> nn.Module:
    """Return a Runner's model without wrappers.

    Args:
        runner (Runner): The runner.

    Returns:
        nn.Module: The model inside those for several processes or for
        augmentation in test.
    """
    model = runner.model
    while is_model_wrapper(model) or isinstance(model, BaseTTAModel):
        model = model.module
    return model
