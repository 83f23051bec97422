"""Every config builds, loads a video and takes a training step."""

from pathlib import Path

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.optim import build_optim_wrapper

from skdsrl_mmaction.engine.checks import pack_meta
from skdsrl_mmaction.models.recognizers import count_views
from tests.support.flow import write_flow
from tests.support.paths import ROOT

LEAVES = sorted((ROOT / 'configs').glob('*.py'))
ABLATIONS = sorted((ROOT / 'configs/ablations').glob('*.py'))
# Mechanisms of other papers, on R3D-18.
OTHERS = (
    *('byot', 'fitnet', 'flow', 'frskd', 'mars'),
    *('cskd', 'ddgsd', 'pskd', 'selfkd-best'),
    *('barlow-twins', 'byol', 'simclr', 'supcon', 'swav', 'vicreg'),
)
NUM_CLASSES = dict(k400=400, ucf101=101, hmdb51=51, demo=6)


def parts(path):
    return path.stem.split('_')[:3]


def shrink(model):
    expansion = 8 if model.backbone.depth < 50 else 32
    model.backbone.base_channels = 4
    model.cls_head.in_channels = 4 * expansion


def test_every_mechanism_of_tables_1_and_2():
    names = {path.stem for path in LEAVES}
    datasets = ('k400', 'ucf101', 'hmdb51')
    others = {
        f'{method}_r3d18_{dataset}'
        for method in OTHERS
        for dataset in datasets
    }
    assert names == {'skdsrl_r3d18_demo'} | others | {
        f'{method}_{backbone}_{dataset}'
        for method in ('baseline', 'baseline-aug', 'kd', 'selfkd', 'skdsrl')
        for backbone in ('r3d18', 'r3d50')
        for dataset in datasets
        if (method, backbone) != ('kd', 'r3d50')  # which is the teacher
    }


@pytest.mark.parametrize(
    'path', LEAVES + ABLATIONS, ids=lambda path: path.stem
)
def test_config(path: Path, counting_video, tmp_path):
    method, backbone, dataset = parts(path)
    cfg = Config.fromfile(path)
    assert cfg.model.cls_head.num_classes == NUM_CLASSES[dataset]
    assert cfg.model.backbone.depth == int(backbone[3:])
    with torch.device('meta'):
        MODELS.build(cfg.model)  # the widths fit together as written

    shrink(cfg.model)
    if method in ('kd', 'fitnet', 'mars'):
        shrink(cfg.model.teacher)
        teacher = MODELS.build(cfg.model.teacher)
        cfg.model.teacher_checkpoint = str(tmp_path / 'teacher.pth')
        torch.save(teacher.state_dict(), cfg.model.teacher_checkpoint)
    model = MODELS.build(cfg.model)
    model.init_weights()

    sample = dict(start_index=0, modality='RGB', label=1, sample_idx=0)
    pack_meta(cfg.train_dataloader.dataset)
    sample['filename'] = str(counting_video)
    size = cfg.get('size', 112)
    if method == 'mars':
        flow = write_flow(counting_video, tmp_path / 'flow')
        cfg.train_dataloader.dataset.pipeline[9].flow_dir = flow
    for split, clips in ('train', None), ('val', 1), ('test', 10):
        pipeline = Compose(cfg[f'{split}_dataloader'].dataset.pipeline)
        packed = pipeline(dict(sample))
        # Beside the view of mars is its flow.
        views = clips or count_views(cfg.model) + (method == 'mars')
        assert packed['inputs'].shape == (views, 3, 16, size, size)
        assert packed['inputs'].dtype == torch.uint8
        if split == 'train':
            batch = pseudo_collate([packed, pipeline(dict(sample))])

    inputs = model.data_preprocessor(batch, training=True)['inputs']
    assert -1 <= inputs.min() and inputs.max() <= 1  # section IV-A

    if method == 'pskd':  # as its hook does
        model.train_heads[0].remember(1)
        model.train_heads[0].progress = 0.5
    optim_wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    learning = [p for p in model.parameters() if p.requires_grad]
    before = [p.clone() for p in learning]
    log_vars = model.train_step(batch, optim_wrapper)
    assert log_vars['loss'].isfinite()
    moved = [not torch.equal(a, b) for a, b in zip(before, learning)]
    assert all(moved)


@pytest.mark.parametrize('backbone', ['r3d18', 'r3d50'])
@pytest.mark.parametrize('dataset', ['k400', 'ucf101', 'hmdb51'])
def test_the_papers_settings(backbone, dataset):
    cfg = Config.fromfile(ROOT / f'configs/skdsrl_{backbone}_{dataset}.py')
    assert cfg.optim_wrapper.optimizer == dict(
        type='SGD', lr=0.01, momentum=0.9, weight_decay=5e-4
    )
    assert cfg.train_dataloader.batch_size == 32
    assert cfg.auto_scale_lr.base_batch_size == 32
    assert cfg.train_cfg.max_epochs == 200
    assert cfg.model.distill_head.tau == 10
    assert cfg.model.distill_head.loss_weight == 0.1
    assert cfg.model.siamese_head.loss_weight == 1
    assert 'in_channels' not in cfg.model.siamese_head
    assert cfg.load_from is None
    for method in ('baseline', 'baseline-aug', 'selfkd', 'kd'):
        path = ROOT / f'configs/{method}_{backbone}_{dataset}.py'
        if not path.exists():
            continue
        other = Config.fromfile(path)
        # Rows of a table must be comparable.
        for key in ('val_dataloader', 'test_dataloader', 'optim_wrapper'):
            assert cfg[key] == other[key]


@pytest.mark.parametrize('dataset', ['k400', 'ucf101', 'hmdb51'])
def test_methods_differ_as_table_2_says(dataset):
    def load(method, backbone='r3d18'):
        return Config.fromfile(
            ROOT / f'configs/{method}_{backbone}_{dataset}.py'
        )

    skdsrl, selfkd, kd = load('skdsrl'), load('selfkd'), load('kd')
    aug = load('baseline-aug').train_dataloader.dataset.pipeline
    views = skdsrl.train_dataloader.dataset.pipeline[3].transforms
    assert aug[3 : 3 + len(views)] == views
    assert kd.train_dataloader.dataset.pipeline == aug
    assert kd.model.teacher_checkpoint is None
    teacher = load('baseline-aug', 'r3d50').model
    assert kd.model.teacher.backbone == teacher.backbone
    for key in ('num_classes', 'in_channels', 'dropout_ratio'):
        assert kd.model.teacher.cls_head[key] == teacher.cls_head[key]
    assert selfkd.model.siamese_head is None
    del selfkd.model['siamese_head'], skdsrl.model['siamese_head']
    assert selfkd.model == skdsrl.model


def changes(new, old, at=''):
    """Dotted keys of two configs that differ, with the new value."""
    if isinstance(new, list) and isinstance(old, list):
        new, old = dict(enumerate(new)), dict(enumerate(old))
    if not (isinstance(new, dict) and isinstance(old, dict)):
        return {} if new == old else {at[1:]: new}
    found = {}
    for key in {**old, **new}:
        found.update(changes(new.get(key), old.get(key), f'{at}.{key}'))
    return found


SAMPLER = dict(type='SampleFrames', clip_len=16, frame_interval=1, num_clips=1)
PIPELINE = 'train_dataloader.dataset.pipeline'


@pytest.mark.parametrize(
    'name, want',
    {
        'alpha0': {'model.distill_head': None},
        'alpha1': {'model.distill_head.loss_weight': 1.0},
        'tau1': {'model.distill_head.tau': 1},
        'detach': {'model.distill_head.detach_soft_label': True},
        'two-views': {'model.distill_head': None, 'model.siamese_head': None},
        'beta01': {'model.siamese_head.loss_weight': 0.1},
        'proj-none': {'model.siamese_head.proj_layers': 0},
        'proj2': {'model.siamese_head.proj_layers': 2},
        'proj3': {'model.siamese_head.proj_layers': 3},
        'proj512': {'model.siamese_head.proj_channels': 512},
        'pred-none': {'model.siamese_head.pred_layers': 0},
        'pred3': {'model.siamese_head.pred_layers': 3},
        'pred128': {'model.siamese_head.pred_channels': 128},
        'no-norm': {'model.siamese_head.norm': False},
        'no-operators': {
            f'{PIPELINE}.3.transforms.{i}': None for i in range(3, 8)
        },
        'same-clip': {
            **{f'{PIPELINE}.1.{key}': x for key, x in SAMPLER.items()},
            f'{PIPELINE}.1.sampler': None,
            f'{PIPELINE}.3.same_clip': True,
        },
    }.items(),
)
def test_ablations_differ_in_one_thing(name, want):
    leaf, ablation = (
        Config.fromfile(ROOT / f'configs/{path}.py').to_dict()
        for path in (
            'skdsrl_r3d18_ucf101',
            f'ablations/skdsrl_r3d18_ucf101_{name}',
        )
    )
    assert {
        key: value
        for key, value in changes(ablation, leaf).items()
        if not key.startswith('train_pipeline')
    } == want
    assert len(ABLATIONS) == 16


def test_split_is_one_key():
    text = (ROOT / 'configs/_base_/datasets/hmdb51.py').read_text()
    cfg = Config.fromstring(
        text.replace('split = 1', 'split = 3').replace("_base_ = '", "_ = '"),
        '.py',
    )
    assert cfg.train_dataloader.dataset.ann_file.endswith(
        'hmdb51_train_split_3_videos.txt'
    )
    assert cfg.test_dataloader.dataset.ann_file.endswith(
        'hmdb51_val_split_3_videos.txt'
    )
