"""Measure time and memory of a training step with and without the two heads.

``python -m`` this module with CONFIG VARIANT BATCH_SIZE prints the peak memory
in bytes of a process that trains for two steps.
"""

import sys
import time
from typing import Dict, List

import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope

from ...utils import read_config
from ..machine import peak_memory

SKDSRL, CE_ONLY = 'SKD-SRL', 'CE(p1) + CE(p2)'


class Step:
    """Hold a model, its optimizer and a batch of noise, and take steps.

    Args:
        cfg (Config): An SKD-SRL config; its ``model`` and ``optim_wrapper``.
        variant (str): ``SKDSRL``, or ``CE_ONLY`` without both heads.
        batch_size (int): Videos, two views of 16x112x112 each.
    """

    def __init__(self, cfg: Config, variant: str, batch_size: int) -> None:
        init_default_scope('mmaction')
        options = dict(cfg.model)
        if variant == CE_ONLY:
            options.update(distill_head=None, siamese_head=None)
        device = 'cuda' if torch.cuda.is_available() else 'cpu'
        self.model = MODELS.build(options).to(device).train()
        self.optim_wrapper = build_optim_wrapper(self.model, cfg.optim_wrapper)
        self.inputs = [
            torch.randint(0, 256, (2, 3, 16, 112, 112), dtype=torch.uint8)
            for _ in range(batch_size)
        ]
        classes = cfg.model.cls_head.num_classes
        self.data_samples = [
            ActionDataSample().set_gt_label(i % classes)
            for i in range(batch_size)
        ]

    def __call__(self) -> float:
        """Take one training step.

        Returns:
            float: CPU seconds of all cores, or wall seconds on the GPU.
        """
        start = _seconds()
        batch = dict(inputs=self.inputs, data_samples=self.data_samples)
        self.model.train_step(batch, self.optim_wrapper)
        return _seconds() - start


def _seconds() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
        return time.perf_counter()
    return time.process_time()


def measure_steps(
    cfg: Config, batch_size: int, steps: int
) -> Dict[str, List[float]]:
    """Measure steps of both variants in turn.

    Args:
        cfg (Config): An SKD-SRL config.
        batch_size (int): Videos of a step.
        steps (int): Measured steps of each variant, after one that is not.

    Returns:
        dict[str, list[float]]: Seconds of each step.
    """
    variants = {
        name: Step(cfg, name, batch_size) for name in (SKDSRL, CE_ONLY)
    }
    seconds: Dict[str, List[float]] = {name: [] for name in variants}
    for _ in range(1 + steps):
        for name, step in variants.items():
            seconds[name].append(step())
    return {name: values[1:] for name, values in seconds.items()}


def main() -> None:
    path, variant, batch_size = sys.argv[1:]
    step = Step(read_config(path), variant, int(batch_size))
    step()
    step()
    print(peak_memory())


if __name__ == '__main__':
    main()
