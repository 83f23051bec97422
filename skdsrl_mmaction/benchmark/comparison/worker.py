"""One run of a benchmark, in a process of its own.

``python -m`` this module with CONFIG RECORD OUT trains and tests CONFIG, adds
what it measured to the JSON file RECORD and writes OUT.
"""

import json
import os
import sys
import threading
import time
from typing import Any, Dict, Tuple

from mmengine.analysis import get_model_complexity_info
from mmengine.config import Config
from mmengine.runner import Runner
from torch import Tensor, nn

from ...engine import prepare_device
from ...engine.preflight import trains_on_two_views
from ...utils import write_json
from ..machine import device_name, peak_memory, versions

TRAINING_HEADS = ('distill_head.', 'siamese_head.')


def train_and_test(cfg: Config) -> Dict[str, Any]:
    """Run a config through the stock Runner.

    Args:
        cfg (Config): With ``work_dir``; the last weights are tested.

    Returns:
        dict: ``iterations``; ``top1``, ``top5`` and ``mean_class``, in [0, 1]
        (``top5`` is None where the evaluator does not count it);
        ``parameters`` and ``flops`` of the test path, for one view;
        ``versions``; and under ``resources`` what no second run repeats:
        ``device``, ``train_seconds``, ``test_seconds``, ``peak_memory_mb``.
    """
    prepare_device(cfg, training=True)
    runner = Runner.from_cfg(cfg)
    start = time.perf_counter()
    runner.train()
    trained = time.perf_counter()
    metrics = runner.test()
    tested = time.perf_counter()
    parameters, flops = complexity(
        runner.model,
        runner.train_dataloader.dataset[0]['inputs'],
        trains_on_two_views(cfg),
    )
    return dict(
        iterations=runner.iter,
        top1=metrics['acc/top1'],
        top5=metrics.get('acc/top5'),
        mean_class=metrics['acc/mean1'],
        parameters=parameters,
        flops=flops,
        versions=versions(),
        resources=dict(
            device=device_name(),
            train_seconds=round(trained - start, 1),
            test_seconds=round(tested - trained, 1),
            peak_memory_mb=round(peak_memory() / 2**20),
        ),
    )


def complexity(
    model: nn.Module, inputs: Tensor, two_views: bool
) -> Tuple[int, int]:
    """Size and cost of the test path, which has no training heads.

    Args:
        model (nn.Module): A recognizer.
        inputs (Tensor): One sample of its training pipeline, the views on
            the first axis.
        two_views (bool): Whether there are two.

    Returns:
        tuple[int, int]: Parameters, and multiply-adds for one view.
    """
    parameters = sum(
        parameter.numel()
        for name, parameter in model.named_parameters()
        if not name.startswith(TRAINING_HEADS)
    )
    view = inputs[: len(inputs) // (1 + two_views)].float()[None]
    device = next(model.parameters()).device
    counted = get_model_complexity_info(
        _Logits(model).eval(),
        inputs=(view.to(device),),
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


def _end_with_parent() -> None:
    """Stop when the benchmark is gone: it would start this run again."""

    def wait() -> None:
        sys.stdin.read()  # the pipe closes with the parent, however it ends
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def main() -> None:
    config, record, out = sys.argv[1:]
    _end_with_parent()
    with open(record) as file:
        content = json.load(file)
    content.update(train_and_test(Config.fromfile(config)))
    write_json(out, content)


if __name__ == '__main__':
    main()
