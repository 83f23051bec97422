import copy

import pytest
import torch
from mmaction.engine.optimizers import (
    LearningRateDecayOptimizerConstructor,
    TSMOptimWrapperConstructor,
)
from mmaction.models import Recognizer3D
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.config import Config

from skdsrl_mmaction.mixing import add_skdsrl
from skdsrl_mmaction.mixing.pipeline import two_view_pipeline
from tests.support import matrix
from tests.support.paths import ROOT

SLOWONLY = 'slowonly/slowonly_r50_8xb16-4x16x1-256e_kinetics400-rgb.py'
CONCAT = (
    'slowonly/slowonly_imagenet-pretrained-r50_32xb8-8x8x1-steplr-150e_'
    'kinetics710-rgb.py'
)
MVIT = (
    'mvit/mvit-small-p244_k400-maskfeat-pre_8xb32-16x4x1-100e_'
    'kinetics400-rgb.py'
)
TSM = 'tsm/tsm_imagenet-pretrained-r50_8xb16-1x1x8-50e_kinetics400-rgb.py'
FLOW = 'slowonly/slowonly_r50_8xb16-16x4x1-256e_kinetics400-flow.py'
OMNI = 'omnisource/slowonly_r50_8xb16-8x8x1-256e_imagenet-kinetics400-rgb.py'
POSE = '../skeleton/posec3d/slowonly_r50_8xb16-u48-240e_gym-keypoint.py'


@pytest.fixture
def cfg():
    return matrix.load(SLOWONLY)


def test_what_changes_and_what_does_not(cfg):
    before = copy.deepcopy(cfg.to_dict())
    mixed = add_skdsrl(cfg)
    assert cfg.to_dict() == before  # the argument is not touched
    changed = {key for key in mixed if mixed[key] != cfg.get(key)}
    assert changed == {
        'model',
        'train_pipeline',
        'train_dataloader',
        'train_cfg',
        'custom_imports',
        'default_hooks',
    }
    assert mixed.train_cfg == dict(
        cfg.train_cfg, type='ResumableEpochBasedTrainLoop'
    )
    model = dict(mixed.model)
    assert model.pop('distill_head') == dict(
        type='SelfDistillHead', tau=10, loss_weight=0.1
    )
    assert model.pop('siamese_head') == dict(
        type='SiameseHead', loss_weight=1.0
    )
    assert model == dict(cfg.model, type='SKDSRLRecognizer3D')
    pipeline = two_view_pipeline(cfg.train_pipeline)
    assert mixed.train_pipeline == pipeline
    dataset = dict(cfg.train_dataloader.dataset, pipeline=pipeline)
    assert mixed.train_dataloader == dict(
        cfg.train_dataloader, dataset=dataset, drop_last=True
    )
    assert mixed.custom_imports == dict(
        imports=['skdsrl_mmaction'], allow_failed_imports=False
    )
    assert mixed.default_hooks == dict(
        cfg.default_hooks, draw=dict(type='DrawHook')
    )


@pytest.mark.parametrize('name', [POSE, FLOW, OMNI])
def test_views_are_not_drawn_of_other_inputs(name):
    draw = add_skdsrl(matrix.load(name)).default_hooks.draw
    assert draw == dict(type='DrawHook', views=False)


@pytest.mark.parametrize('draw', [None, dict(type='DrawHook', views=False)])
def test_a_config_may_switch_drawing_off(cfg, draw):
    cfg.default_hooks.draw = draw
    assert add_skdsrl(cfg).default_hooks.draw == draw


def test_default_hooks_may_be_absent(cfg):
    cfg.default_hooks = None
    assert set(add_skdsrl(cfg).default_hooks) == {'draw'}


def test_arguments(cfg):
    mixed = add_skdsrl(
        cfg, alpha=0.2, beta=0, tau=4, same_clip=True, photometric=False
    )
    assert mixed.model.distill_head.loss_weight == 0.2
    assert mixed.model.distill_head.tau == 4
    assert mixed.model.siamese_head.loss_weight == 0
    assert mixed.train_pipeline == two_view_pipeline(
        cfg.train_pipeline, same_clip=True, photometric=False
    )


def test_two_dimensional_and_tsms_optimizer():
    mixed = add_skdsrl(matrix.load(TSM))
    assert mixed.model.type == 'SKDSRLRecognizer2D'
    constructor = mixed.optim_wrapper.constructor
    assert constructor == 'SKDSRLTSMOptimWrapperConstructor'


@pytest.mark.parametrize(
    'name, stock',
    [
        (TSM, TSMOptimWrapperConstructor),
        (MVIT, LearningRateDecayOptimizerConstructor),
    ],
)
def test_optimizer_constructors_under_other_names(name, stock):
    cfg = matrix.load(name)
    for kind in stock.__name__, f'mmaction.{stock.__name__}', stock:
        cfg.optim_wrapper.constructor = kind
        mixed = add_skdsrl(cfg).optim_wrapper.constructor
        assert mixed == f'SKDSRL{stock.__name__}'


def test_optical_flow_gets_no_colours():
    mixed = add_skdsrl(matrix.load(FLOW))
    stock = matrix.load(FLOW).train_pipeline
    assert mixed.train_pipeline == two_view_pipeline(stock, photometric=False)
    assert mixed.train_dataloader.dataset.modality == 'Flow'


def test_other_optimizer_constructors_are_kept(cfg):
    class Own(TSMOptimWrapperConstructor):
        pass

    for kind in Own, 'DefaultOptimWrapperConstructor':
        cfg.optim_wrapper.constructor = kind
        assert add_skdsrl(cfg).optim_wrapper.constructor == kind


def test_every_dataset_of_a_concatenation_is_mixed():
    mixed = add_skdsrl(matrix.load(CONCAT))
    datasets = mixed.train_dataloader.dataset.datasets
    assert len(datasets) == 3
    for dataset in datasets:
        kinds = [step.type for step in dataset.pipeline]
        assert {'SampleTwoClips', 'SiameseTwoView'} < set(kinds)


def test_where_weights_come_from_is_kept(cfg):
    cfg.load_from = 'https://some.where/model.pth'
    cfg.model.backbone.pretrained = 'torchvision://resnet50'
    cfg.model.cls_head.init_cfg = dict(type='Normal', layer='Linear')
    mixed = add_skdsrl(cfg)
    assert mixed.load_from == cfg.load_from
    assert mixed.model.backbone == cfg.model.backbone
    assert mixed.model.cls_head == cfg.model.cls_head


def test_drop_last_that_was_set_is_kept(cfg):
    cfg.train_dataloader.drop_last = False
    assert add_skdsrl(cfg).train_dataloader.drop_last is False


@pytest.mark.parametrize('imports', ['mine', ['mine', 'yours']])
def test_custom_imports_are_merged(cfg, imports):
    cfg.custom_imports = dict(imports=imports, allow_failed_imports=True)
    custom = add_skdsrl(cfg).custom_imports
    others = [imports] if isinstance(imports, str) else imports
    # First, since others may import the part of the host that it repairs.
    assert custom.imports == ['skdsrl_mmaction', *others]
    assert custom.allow_failed_imports


@pytest.mark.parametrize('name', [SLOWONLY, CONCAT, MVIT, TSM])
def test_survives_dump_and_reload(name, tmp_path):
    mixed = add_skdsrl(matrix.load(name))
    mixed.dump(tmp_path / 'mixed.py')
    assert Config.fromfile(tmp_path / 'mixed.py').to_dict() == mixed.to_dict()


def test_types_that_are_classes(cfg):
    """As in a config written with MMEngine's read_base()."""
    cfg.model.type = Recognizer3D
    assert add_skdsrl(cfg).model.type == 'SKDSRLRecognizer3D'
    cfg.model.type = 'mmaction.Recognizer3D'
    assert add_skdsrl(cfg).model.type == 'SKDSRLRecognizer3D'


@pytest.mark.parametrize('dataset', ['k400', 'ucf101', 'hmdb51'])
def test_our_own_baseline_becomes_our_own_skdsrl(dataset):
    """Its views have the operators already."""
    baseline, wanted = (
        Config.fromfile(ROOT / f'configs/{method}_r3d18_{dataset}.py')
        for method in ('baseline-aug', 'skdsrl')
    )
    mixed = add_skdsrl(baseline, photometric=False)
    assert mixed.train_dataloader == wanted.train_dataloader
    assert mixed.train_pipeline == wanted.train_pipeline
    assert mixed.custom_imports == wanted.custom_imports


# --- refusals ----------------------------------------------------------------


def refused(cfg, message, **kwargs):
    with pytest.raises(ValueError, match=message):
        add_skdsrl(cfg, **kwargs)


def test_mixing_twice(cfg):
    refused(add_skdsrl(cfg), "model.type='SKDSRLRecognizer3D'.*already")


def test_views_that_were_there(cfg):
    cfg.train_dataloader.dataset.pipeline = two_view_pipeline(
        cfg.train_pipeline
    )
    refused(cfg, r'train_dataloader.dataset.pipeline\[1\] is SampleTwoClips')


@pytest.mark.parametrize('kind', ['CLIPSimilarity', 'Nothing'])
def test_other_recognizers(cfg, kind):
    cfg.model.type = kind
    refused(cfg, f"model.type='{kind}' is none of Recognizer2D, Recognizer3D")


def test_a_comma_behind_the_loader(cfg):
    cfg.train_dataloader = (cfg.train_dataloader,)
    refused(cfg, 'train_dataloader must be a dict, but is a tuple; take out')


def test_heads_without_a_classifier(cfg):
    cfg.model.cls_head = dict(type='FeatureHead')
    refused(cfg, "model.cls_head='FeatureHead' has no linear classifier")
    del cfg.model['cls_head']
    refused(cfg, 'model.cls_head=None has no linear classifier')


@pytest.mark.parametrize('key', ['model', 'train_dataloader'])
def test_parts_that_are_missing(cfg, key):
    cfg[key] = None
    refused(cfg, f'no training to apply SKD-SRL to: {key} missing')


@pytest.mark.parametrize(
    'arguments, message',
    [
        (dict(alpha=-1), r'loss_weight \(alpha\).*-1'),
        (dict(beta=-1), r'loss_weight \(beta\).*-1'),
        (dict(tau=0), 'distill_head.tau.*0'),
    ],
)
def test_arguments_out_of_range(cfg, arguments, message):
    refused(cfg, message, **arguments)


def test_a_dataset_without_a_pipeline(cfg):
    del cfg.train_dataloader.dataset['pipeline']
    refused(cfg, r'train_dataloader.dataset.pipeline has no sampler.*\[\]')


# --- mixup and cutmix --------------------------------------------------------


@pytest.mark.parametrize('kind', ['MixupBlending', 'CutmixBlending'])
def test_blending_mixes_both_views_with_the_same_partner(cfg, kind):
    cfg.model.backbone.base_channels = 8
    cfg.model.cls_head.update(in_channels=256, num_classes=5)
    cfg.model.data_preprocessor.blending = dict(
        type=kind, num_classes=5, alpha=1.0
    )
    cfg.model.data_preprocessor.update(mean=[0, 0, 0], std=[1, 1, 1])
    model = MODELS.build(add_skdsrl(cfg).model)
    # Video i is filled with i + 1 in view 1 and ten times that in view 2.
    levels = torch.arange(1, 5)[:, None] * torch.tensor([1, 10])
    video = torch.ones(3, 4, 32, 32, dtype=torch.uint8)
    data = dict(
        inputs=[x[:, None, None, None, None] * video for x in levels],
        data_samples=[ActionDataSample().set_gt_label(i) for i in range(4)],
    )
    batch = model.data_preprocessor(data, training=True)
    view1, view2 = batch['inputs'].unbind(1)
    torch.testing.assert_close(10 * view1, view2)
    for x, sample in zip(view1, batch['data_samples']):
        label = sample.gt_label  # soft, and of the right amounts
        assert label.sum().item() == pytest.approx(1)
        mean = (label * torch.arange(1, 6)).sum()
        assert x.mean().item() == pytest.approx(mean.item(), rel=1e-4)
    losses = model(**batch, mode='loss')
    assert 'top1_acc' not in losses and 'view_agreement' in losses
    terms = [value for key, value in losses.items() if 'loss' in key]
    assert len(terms) == 4 and all(term.isfinite() for term in terms)
