import os.path as osp
from pathlib import Path

import mmaction
import pytest
from mmaction.registry import MODELS, TRANSFORMS
from mmengine.config import Config
from mmengine.runner import Runner

from skdsrl_mmaction.engine.preflight.keywords import check_keywords
from skdsrl_mmaction.engine.preflight.names import check_names
from tests.support.paths import ROOT

SPLITS = ['train', 'val', 'test']
HOST = Path(osp.dirname(mmaction.__file__)) / '.mim/configs/recognition'
# Configs that the host itself cannot build: a decoder and a loader with
# keywords that they do not take.
BROKEN = {
    'tsm_imagenet-pretrained-r50_8xb16-1x1x16-50e_kinetics400-rgb.py': (
        'DecordDecode'
    ),
    'tsm_imagenet-pretrained-r50_8xb16-1x1x16-50e_sthv2-rgb.py': 'DataLoader',
}


@pytest.fixture
def cfg():
    return Config.fromfile(ROOT / 'configs/skdsrl_r3d18_ucf101.py')


@pytest.mark.parametrize(
    'options, message',
    [
        (
            {'train_dataloader.dataset.pipeline.0.bakend': 'decord'},
            r"dataset.pipeline\[0\].bakend='decord': VideoInit takes no "
            "'bakend'; did you mean 'backend'",
        ),
        ({'model.backbone.deth': 18}, "R3D takes no 'deth'.*'depth'"),
        ({'model.distill_head.taw': 5}, "SelfDistillHead .*'tau'"),
        ({'model.cls_head.class': 5}, "I3DHead takes no 'class'"),
        (
            {'model.backbone.norm_cfg': dict(type='BN3d', momentun=0.1)},
            "BatchNorm3d takes no .*'momentum'",
        ),
        ({'train_dataloader.batchsize': 5}, "DataLoader .*'batch_size'"),
        ({'train_dataloader.sampler.shufle': True}, "'shuffle'"),
        ({'val_dataloader.dataset.anfile': 'a'}, "'ann_file'"),
        ({'val_evaluator.metrics_list': ()}, "'metric_list'"),
        ({'optim_wrapper.clip_grads': {}}, "'clip_grad'"),
        ({'optim_wrapper.optimizer.momentums': 1}, "SGD .*'momentum'"),
        ({'param_scheduler.0.patiense': 1}, "'patience'"),
        ({'train_cfg.max_epoch': 3}, "EpochBasedTrainLoop .*'max_epochs'"),
        ({'default_hooks.checkpoint.intervall': 1}, "'interval'"),
        ({'visualizer.vis_backends.0.save_dirr': 'a'}, "'save_dir'"),
    ],
)
def test_keywords_that_nobody_takes(cfg, options, message):
    cfg.merge_from_dict(options)
    with pytest.raises(ValueError, match=message):
        check_keywords(cfg, SPLITS)


def test_classes_that_take_any_keyword(cfg):
    """DecordInit hands its other keywords to the storage."""
    step = dict(type='DecordInit', io_backend='petrel', enable_mc=True)
    cfg.train_dataloader.dataset.pipeline[0] = step
    check_keywords(cfg, SPLITS)
    step['num_thread'] = 2
    cfg.train_dataloader.dataset.pipeline[0] = step
    with pytest.raises(ValueError, match="did you mean 'num_threads'"):
        check_keywords(cfg, SPLITS)


def test_what_is_taken_out_before(cfg):
    cfg.merge_from_dict(
        {
            'train_cfg.max_bad_videos': 0.5,
            'train_dataloader.num_batch_per_epoch': 3,
            'optim_wrapper.paramwise_cfg': dict(custom_keys=dict(a={})),
            'optim_wrapper.constructor': 'DefaultOptimWrapperConstructor',
            'param_scheduler.0.convert_to_iter_based': True,
            'default_hooks.timer.priority': 'LOW',
            'model.backbone.norm_cfg.requires_grad': False,
            'model.cls_head.init_cfg': None,
        }
    )
    check_keywords(cfg, SPLITS)


def test_classes_themselves(cfg):
    cfg.model.backbone.type = MODELS.get('R3D')
    check_keywords(cfg, SPLITS)
    cfg.model.backbone.deth = 18
    with pytest.raises(ValueError, match="R3D takes no 'deth'"):
        check_keywords(cfg, SPLITS)


def test_unused_splits_are_not_checked(cfg):
    cfg.test_dataloader.batchsize = 3
    check_keywords(cfg, ['train', 'val'])
    with pytest.raises(ValueError, match='test_dataloader.batchsize=3'):
        check_keywords(cfg, ['test'])


@pytest.mark.parametrize(
    'path',
    sorted([*ROOT.glob('configs/*.py'), *ROOT.glob('configs/*/*.py')]),
    ids=lambda path: path.stem,
)
def test_our_configs(path):
    if '_base_' in path.parts:
        return
    cfg = Config.fromfile(path)
    check_names(cfg)
    check_keywords(cfg, SPLITS)


def test_the_configs_of_the_host():
    paths = sorted(HOST.rglob('*.py'))
    assert len(paths) >= 125
    refused = {}
    for path in paths:
        cfg = Config.fromfile(path)
        try:
            check_names(cfg)
            check_keywords(cfg, SPLITS)
        except ValueError as error:
            refused[path.name] = str(error)
    assert refused.keys() == BROKEN.keys()
    for name, message in refused.items():
        assert f'{BROKEN[name]} takes no' in message


def test_what_is_refused_cannot_be_built():
    """Neither by the host: the two configs above are wrong."""
    for name in BROKEN:
        (path,) = HOST.rglob(name)
        cfg = Config.fromfile(path)
        with pytest.raises(TypeError, match='unexpected keyword'):
            for split in SPLITS:
                loader = cfg[f'{split}_dataloader']
                for step in loader.dataset.pipeline:
                    TRANSFORMS.build(step)
                Runner.build_dataloader(
                    dict(
                        loader,
                        dataset=[0],
                        persistent_workers=False,
                        num_workers=0,
                    )
                )
