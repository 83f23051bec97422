import subprocess
import sys

import pytest
import torch
from mmaction.registry import MODELS

from skdsrl_mmaction.benchmark.comparison.worker import complexity, write_json
from tests.support.tiny import tiny_config


@pytest.fixture
def model(tiny_dataset):
    return MODELS.build(tiny_config(tiny_dataset).model)


def test_complexity_is_that_of_the_test_path(model):
    backbone = sum(p.numel() for p in model.backbone.parameters())
    macs = {}

    def count(module, args, output):
        """Outputs times weights of one, by the definition."""
        if isinstance(module, (torch.nn.Conv3d, torch.nn.Linear)):
            per_output = module.weight[0].numel()
            macs[module] = output.numel() * per_output

    for module in [*model.backbone.modules(), model.cls_head.fc_cls]:
        module.register_forward_hook(count)
    inputs = torch.zeros(2, 3, 8, 32, 32, dtype=torch.uint8)
    parameters, flops = complexity(model, inputs, two_views=True)
    assert parameters == backbone + 32 * 3 + 3
    # Norms and pools, which the count has too, are small beside these.
    total = sum(macs.values())
    assert total <= flops < 1.1 * total
    assert len(macs) == 18  # 17 convolutions and the classifier

    half = complexity(model, inputs[:1], two_views=False)
    assert half == (parameters, flops)


def test_write_json_leaves_the_old_file_if_it_fails(tmp_path):
    path = tmp_path / 'a.json'
    write_json(str(path), dict(a=1))
    before = path.read_text()
    with pytest.raises(TypeError):
        write_json(str(path), dict(a=object()))
    assert path.read_text() == before


def test_worker_ends_with_its_parent():
    code = (
        'from skdsrl_mmaction.benchmark.comparison import worker; import time;'
        'worker._end_with_parent(); print(1, flush=True); time.sleep(300)'
    )
    worker = subprocess.Popen(
        [sys.executable, '-c', code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    worker.stdout.readline()
    assert worker.poll() is None
    worker.stdin.close()  # which happens to a parent that is killed
    assert worker.wait(60) == 1
