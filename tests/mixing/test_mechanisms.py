import pytest
import torch

from skdsrl_mmaction.engine.checks import pack_meta
from skdsrl_mmaction.mixing import MECHANISMS, add_mechanism
from skdsrl_mmaction.models.recognizers import count_views
from skdsrl_mmaction.models.teacher import copy_as_teacher
from skdsrl_mmaction.utils import read_config
from tests.support import other_matrix as others

NAME = 'slowonly_r50_8xb16-4x16x1-256e_kinetics400-rgb'
GCN = 'skeleton/stgcn/stgcn_8xb16-joint-u100-80e_ntu60-xsub-keypoint-2d.py'
RGB_POSE = 'skeleton/posec3d/rgbpose_conv3d/rgbpose_conv3d.py'
POSE_C3D = (
    'skeleton/posec3d/slowonly_r50_8xb16-u48-240e_ntu60-xsub-keypoint.py'
)
AUDIO = others.NAMES[0]
OMNI, FLOW = others.RECOGNITION[:2]
# A loss of each.
OWN = {
    'selfkd': 'loss_kl',
    'barlow-twins': 'loss_barlow_twins',
    'byol': 'loss_byol',
    'ddgsd': 'loss_mutual',
    'selfkd-best': 'loss_kd',
    'cskd': 'loss_class',
    'pskd': 'loss_past',
    'byot': 'loss_byot_kl',
    'frskd': 'loss_frskd_kl',
}
STOCK = f'mmaction::recognition/slowonly/{NAME}.py'


@pytest.mark.parametrize('name', MECHANISMS)
def test_the_pipeline_makes_the_views_that_the_model_takes(name):
    stock = read_config(STOCK)
    mixed = add_mechanism(stock, name)
    steps = [step['type'] for step in mixed.train_dataloader.dataset.pipeline]
    views = count_views(mixed.model)
    assert ('SiameseTwoView' in steps) == (views == 2)
    assert mixed.test_dataloader == stock.test_dataloader
    assert mixed.optim_wrapper.optimizer == stock.optim_wrapper.optimizer
    with pytest.raises(ValueError, match='has training heads already'):
        add_mechanism(mixed, name)


def test_a_name_that_is_not_there():
    with pytest.raises(ValueError, match="'kdd' is none of two-views, selfkd"):
        add_mechanism(read_config(STOCK), 'kdd')


ONE_VIEW = ('selfkd-best', 'cskd', 'pskd')
STAGES = ('byot', 'frskd')


@pytest.mark.parametrize(
    'stock, names',
    [
        (GCN, ('selfkd', 'barlow-twins', 'byol', 'ddgsd', *ONE_VIEW)),
        (RGB_POSE, ('selfkd', 'barlow-twins', 'byol', 'ddgsd', *ONE_VIEW)),
        (AUDIO, (*ONE_VIEW, *STAGES)),
        (OMNI, ('selfkd-best', 'cskd', 'byot')),
        (POSE_C3D, ('byot',)),
        (FLOW, STAGES),
    ],
    ids=['gcn', 'rgb-pose', 'audio', 'omni', 'heatmaps', 'flow'],
)
def test_mechanisms_on_other_inputs(stock, names, tmp_path):
    """A step of each, whose loss is there and moves the network."""
    for name in names:
        (tmp_path / name).mkdir()
        cfg = add_mechanism(others.make_small(others.load(stock)), name)
        pack_meta(cfg.train_dataloader.dataset)  # as training does
        dataset = others.build_dataset(cfg, tmp_path / name)
        batch = others.batch_of(dataset, 4)
        if stock == OMNI:
            (images,) = cfg.train_cfg.other_loaders
            images = others.DATASETS.build(images.dataset)
            batch = [batch, others.batch_of(images)]
        model = others.build_model(cfg)
        if name == 'selfkd-best':
            model.set_teacher(copy_as_teacher(model))
        if name == 'pskd':
            (head,) = model.heads()
            head.remember(len(dataset))
            head.progress = 0.5
        before = model.backbone.state_dict()
        before = {key: x.clone() for key, x in before.items()}
        log_vars = others.step(model, cfg, batch)
        assert log_vars['loss'].isfinite()
        assert any(
            not torch.equal(before[key], x)
            for key, x in model.backbone.named_parameters()
        )
        if name == 'pskd':
            assert head.past.any()
        assert OWN[name] in log_vars


@pytest.mark.parametrize('name', STAGES)
@pytest.mark.parametrize(
    'stock, backbone', [(GCN, 'STGCN'), (RGB_POSE, 'RGBPoseConv3D')]
)
def test_networks_without_such_stages(name, stock, backbone):
    message = (
        f"'layer1' is no module of the backbone {backbone}, which.*stages"
    )
    with pytest.raises(ValueError, match=message):
        add_mechanism(others.load(stock), name)


def test_the_best_weights_by_both_modalities():
    cfg = add_mechanism(others.load(RGB_POSE), 'selfkd-best')
    (hook,) = cfg.custom_hooks
    assert hook == dict(type='BestTeacherHook', monitor='acc/RGBPose_1:1_top1')
