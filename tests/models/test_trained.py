"""Trained models and the names of their classes."""

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from skdsrl_mmaction.datasets.preparation import demo_data
from skdsrl_mmaction.engine import check_options
from skdsrl_mmaction.models.trained import class_names, load_trained
from tests.support.paths import ROOT
from tests.support.tiny import tiny_config
from tests.support.trained import CLASSES, skdsrl_slowonly, write_trained


@pytest.fixture
def trained(tiny_dataset, tmp_path):
    return skdsrl_slowonly(tiny_dataset, tmp_path)


def load(trained):
    config, checkpoint = trained
    return load_trained(Config.fromfile(config), str(checkpoint))


def test_weights_are_those_of_testing_and_the_heads_are_not_built(trained):
    model, meta = load(trained)
    assert not model.training
    content = torch.load(trained[1], weights_only=True)
    weights = model.state_dict()
    assert not any(key.startswith('siamese_head') for key in weights)
    for key, x in weights.items():
        assert torch.equal(x, content['state_dict'][key]), key
    assert meta['epoch'] == 1
    assert class_names(3, meta) == CLASSES


def test_a_config_that_starts_from_other_weights_loads_none(
    tiny_dataset, tmp_path
):
    config, checkpoint = skdsrl_slowonly(tiny_dataset, tmp_path)
    cfg = Config.fromfile(config)
    cfg.model.backbone.pretrained = 'http://127.0.0.1:9/absent.pth'
    model, _ = load_trained(cfg, str(checkpoint))
    assert model.backbone.pretrained is None


def test_weights_that_do_not_fit_are_named(trained, tmp_path):
    content = torch.load(trained[1], weights_only=True)
    x = content['state_dict'].pop('cls_head.fc_cls.weight')
    torch.save(content, trained[1])
    with pytest.raises(ValueError, match='missing from the file.*fc_cls'):
        load(trained)
    content['state_dict']['cls_head.fc_cls.weight'] = x[:2]
    torch.save(content, trained[1])
    with pytest.raises(ValueError, match='of another shape.*fc_cls'):
        load(trained)


@pytest.mark.parametrize('classes', [None, 'absent.txt'])
def test_without_names(classes, tiny_dataset, tmp_path):
    """A path is what the host leaves where it finds no such file."""
    paths = write_trained(tiny_config(tiny_dataset), tmp_path, classes)
    _, meta = load(paths)
    assert class_names(3, meta) is None


def test_too_few_names():
    meta = dict(dataset_meta=dict(classes=['a']))
    with pytest.raises(ValueError, match='checkpoint: 1 names for 3 classes'):
        class_names(3, meta)


def test_training_stores_the_names_of_a_label_map(tiny_dataset, tmp_path):
    file = tmp_path / 'names.txt'
    file.write_text('\n'.join(CLASSES))
    cfg = tiny_config(tiny_dataset)
    options = {'train_dataloader.dataset.metainfo.classes': str(file)}
    check_options(cfg, options)
    cfg.merge_from_dict(options)
    cfg.work_dir = str(tmp_path)
    cfg.train_cfg.max_epochs = 1
    Runner.from_cfg(cfg).train()
    _, meta = load_trained(cfg, str(tmp_path / 'epoch_1.pth'))
    assert class_names(3, meta) == CLASSES


def test_the_demo_names_its_classes():
    cfg = Config.fromfile(ROOT / 'configs/skdsrl_r3d18_demo.py')
    dataset = cfg.train_dataloader.dataset
    assert dataset.metainfo.classes == list(demo_data.CLASSES)
