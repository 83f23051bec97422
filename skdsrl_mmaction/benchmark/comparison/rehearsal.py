"""Try before a training what is needed after it, on one sample."""

import copy
from typing import Any, Tuple

import torch
from mmaction.registry import DATASETS, MODELS
from mmengine.analysis import get_model_complexity_info
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.device import get_device
from mmengine.evaluator import Evaluator
from mmengine.registry import init_default_scope
from torch import Tensor, nn

from ...engine.preflight import trains_on_two_views
from ...models.heads import TRAINING_HEADS
from .flow import flow_steps


def complexity(cfg: Config) -> Tuple[int, int]:
    """Count parameters and FLOPs of the test path, without training heads.

    Args:
        cfg (Config): The whole config. The first training video is loaded.

    Returns:
        tuple[int, int]: Parameters, and multiply-adds for one view.
    """
    model = _build_model(cfg)
    parameters = sum(
        parameter.numel()
        for name, parameter in model.named_parameters()
        if name.partition('.')[0] not in TRAINING_HEADS
    )
    inputs = _first_sample(cfg, 'train')['inputs']  # views come first
    halves = trains_on_two_views(cfg) or flow_steps(cfg)
    view = inputs[: len(inputs) // 2] if halves else inputs
    counted = get_model_complexity_info(
        _Logits(model).eval(),
        inputs=(view.float()[None].to(get_device()),),
        show_table=False,
        show_arch=False,
    )
    return parameters, int(counted['flops'])


class _Logits(nn.Module):
    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, inputs: Tensor) -> Tensor:
        return self.model.extract_feat(inputs, stage='head')[0]


def rehearse_test(cfg: Config) -> None:
    """Load, predict and evaluate the first test video.

    Args:
        cfg (Config): The whole config.

    Raises:
        ValueError: If the evaluator does not report ``acc/top1``.
    """
    model = _build_model(cfg).eval()
    data = pseudo_collate([_first_sample(cfg, 'test')])
    evaluator = Evaluator(copy.deepcopy(cfg.test_evaluator))
    with torch.no_grad():
        evaluator.process(model.test_step(data), data)
    metrics = evaluator.evaluate(1)
    if 'acc/top1' not in metrics:
        raise ValueError(
            f'test_evaluator={cfg.test_evaluator} reports {list(metrics)}; '
            'a comparison needs acc/top1, as AccMetric reports it'
        )


def _build_model(cfg: Config) -> nn.Module:
    init_default_scope(cfg.get('default_scope') or 'mmaction')
    return MODELS.build(copy.deepcopy(cfg.model)).to(get_device())


def _first_sample(cfg: Config, split: str) -> Any:
    dataset = DATASETS.build(copy.deepcopy(cfg[f'{split}_dataloader'].dataset))
    sample = dataset[0]
    # RepeatAugDataset loads a list of samples for each video.
    return sample[0] if isinstance(sample, list) else sample
