"""What is needed after a training, tried before it."""

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config

from skdsrl_mmaction.benchmark.comparison.rehearsal import (
    complexity,
    rehearse_test,
)
from tests.support.paths import ROOT
from tests.support.tiny import tiny_config, tiny_overrides


@pytest.fixture
def cfg(tiny_dataset):
    return tiny_config(tiny_dataset)


def test_complexity_is_that_of_the_test_path(cfg):
    model = MODELS.build(cfg.model)
    macs = {}

    def count(module, args, output):
        """Outputs times weights of one, by the definition."""
        if isinstance(module, (torch.nn.Conv3d, torch.nn.Linear)):
            per_output = module.weight[0].numel()
            macs[module] = output.numel() * per_output

    for module in [*model.backbone.modules(), model.cls_head.fc_cls]:
        module.register_forward_hook(count)
    model.extract_feat(torch.zeros(1, 1, 3, 16, 112, 112), stage='head')
    parameters, flops = complexity(cfg)
    backbone = sum(p.numel() for p in model.backbone.parameters())
    assert parameters == backbone + 32 * 3 + 3
    # Norms and pools, which the count has too, are small beside these.
    total = sum(macs.values())
    assert total <= flops < 1.1 * total
    assert len(macs) == 18  # 17 convolutions and the classifier


@pytest.mark.parametrize('dataset', ['VideoDataset', 'RepeatAugDataset'])
def test_one_view_counts_as_much(cfg, tiny_dataset, dataset):
    plain = Config.fromfile(ROOT / 'configs/baseline_r3d18_ucf101.py')
    options = tiny_overrides(tiny_dataset)
    plain.merge_from_dict(
        {k: v for k, v in options.items() if 'siamese' not in k}
    )
    plain.train_dataloader.dataset.type = dataset
    plain.train_dataloader.dataset.pipeline[0].type = 'DecordInit'
    assert complexity(plain) == complexity(cfg)


def test_evaluator_must_report_top1(cfg):
    rehearse_test(cfg)
    cfg.test_evaluator = dict(
        type='AccMetric', metric_list='mean_class_accuracy'
    )
    with pytest.raises(ValueError, match=r"\['acc/mean1'\]; .* acc/top1"):
        rehearse_test(cfg)


def test_test_pipeline_is_tried(cfg):
    cfg.test_dataloader.dataset.pipeline[2].type = 'OpenCVDecode'
    with pytest.raises(TypeError):  # OpenCV cannot index our reader
        rehearse_test(cfg)
