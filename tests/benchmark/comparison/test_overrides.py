import copy

import pytest
from mmaction.registry import MODELS
from mmengine.config import Config

from skdsrl_mmaction.benchmark.comparison.overrides import apply_overrides
from tests.support.paths import ROOT


def load(method):
    return Config.fromfile(ROOT / f'configs/{method}_r3d18_ucf101.py')


def sizes(pipeline):
    """Crop sizes at any depth."""
    for step in pipeline:
        yield from sizes(step.get('transforms', []))
        for key in ('size', 'crop_size'):
            if key in step:
                yield step[key]


@pytest.mark.parametrize('method', ['baseline', 'kd', 'skdsrl'])
def test_overrides_reach_every_method(method):
    cfg = load(method)
    apply_overrides(
        cfg,
        epochs=7,
        width=16,
        num_classes=6,
        transform_options={
            'RandomCrop.size': 56,
            'CenterCrop.crop_size': 56,
            'SampleFrames.clip_len': 8,
        },
        cfg_options={'optim_wrapper.optimizer.lr': 0.5},
    )
    assert cfg.train_cfg.max_epochs == 7
    assert cfg.optim_wrapper.optimizer.lr == 0.5
    for split in 'train', 'test':
        pipeline = cfg[f'{split}_dataloader'].dataset.pipeline
        assert list(sizes(pipeline)) == [56]
        sampler = pipeline[1].get('sampler', pipeline[1])
        assert sampler.clip_len == 8
    models = [cfg.model]
    if method == 'kd':
        models.append(cfg.model.teacher)
    for model, channels in zip(models, (128, 512)):
        assert model.backbone.base_channels == 16
        assert model.cls_head.in_channels == channels
        built = MODELS.build(copy.deepcopy(model))
        assert built.cls_head.fc_cls.weight.shape == (6, channels)


def test_cfg_options_have_the_last_word():
    cfg = load('baseline')
    pipeline = 'test_dataloader.dataset.pipeline'
    apply_overrides(
        cfg,
        epochs=7,
        width=16,
        num_classes=6,
        transform_options={'CenterCrop.crop_size': 56},
        cfg_options={
            'train_cfg.max_epochs': 3,
            'model.backbone.base_channels': 8,
            'model.cls_head.num_classes': 5,
            f'{pipeline}.4.crop_size': 48,
        },
    )
    assert cfg.train_cfg.max_epochs == 3
    assert cfg.model.backbone.base_channels == 8
    assert cfg.model.cls_head.num_classes == 5
    assert cfg.test_dataloader.dataset.pipeline[4].crop_size == 48


@pytest.mark.parametrize('key', ['Resise.scale', 'Resize'])
def test_unknown_transform_option(key):
    with pytest.raises(ValueError, match=f'--transform-options {key}=1'):
        apply_overrides(load('skdsrl'), transform_options={key: 1})
