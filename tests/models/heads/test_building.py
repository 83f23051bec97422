import pytest
import torch
from mmaction.registry import MODELS

from skdsrl_mmaction.models.heads import TrainingHead, build_head
from skdsrl_mmaction.models.heads.building import views_of_heads
from skdsrl_mmaction.models.views import count_channels


@MODELS.register_module()
class StageHead(TrainingHead):
    """Takes all that a recognizer fills in."""

    num_views = 1
    stages = ('layer2',)
    teacher_stages = ('layer3',)

    def __init__(
        self, in_channels, num_classes, stage_channels, teacher_channels
    ):
        super().__init__()
        self.facts = (
            in_channels,
            num_classes,
            stage_channels,
            teacher_channels,
        )


def backbone(depth=18, width=4):
    return dict(type='R3D', depth=depth, base_channels=width)


def test_a_head_is_given_what_it_takes():
    head = build_head(
        dict(type='StageHead'),
        in_channels=32,
        num_classes=7,
        backbone=MODELS.build(backbone()),
        dims=3,
        teacher=dict(backbone=backbone(depth=50, width=8)),
    )
    # 3D ResNets: width, doubled with each stage, and times 4 in bottlenecks.
    assert head.facts == (32, 7, {'layer2': 8}, {'layer3': 8 * 4 * 4})


def test_counting_channels_changes_nothing():
    model = MODELS.build(backbone()).train()
    before = {key: x.clone() for key, x in model.state_dict().items()}
    assert count_channels(model, ['layer1', 'layer4'], 3) == {
        'layer1': 4,
        'layer4': 32,
    }
    assert model.training
    after = model.state_dict()
    assert all(torch.equal(before[key], after[key]) for key in before)


def test_a_stage_that_is_not_there():
    with pytest.raises(ValueError, match="stage 'layer9'.*R3D.*layer1"):
        count_channels(MODELS.build(backbone()), ['layer9'], 3)


def test_other_inputs_than_rgb():
    """Heatmaps of 17 joints, and 5 frames of optical flow."""
    heatmaps = dict(
        type='ResNet3dSlowOnly',
        depth=50,
        in_channels=17,
        base_channels=8,
        pretrained=None,
    )
    flow = dict(type='ResNet', depth=18, in_channels=10)
    for cfg, dims, channels in (heatmaps, 3, 8 * 4 * 4), (flow, 2, 256):
        counted = count_channels(MODELS.build(cfg), ['layer3'], dims)
        assert counted == {'layer3': channels}


def test_a_network_over_other_inputs_than_maps():
    graph = dict(layout='coco', mode='stgcn_spatial')
    network = MODELS.build(
        dict(type='STGCN', base_channels=4, graph_cfg=graph)
    ).train()
    message = r"stages=\('gcn.3',\): the backbone STGCN takes no inputs of"
    with pytest.raises(ValueError, match=message):
        count_channels(network, ['gcn.3'], 2)
    assert network.training


def test_views():
    two, one = dict(type='SelfDistillHead'), dict(type='StageHead')
    either = dict(type='KDHead')
    assert views_of_heads([]) == views_of_heads([either]) == 1
    assert views_of_heads([two, either]) == 2
    with pytest.raises(
        ValueError, match="'SelfDistillHead': 2, 'StageHead': 1"
    ):
        views_of_heads([two, one])


def test_heads_that_do_not_fit():
    facts = dict(in_channels=32, num_classes=7, backbone=None, dims=3)
    with pytest.raises(ValueError, match='KDHead.*model.teacher is None'):
        build_head(dict(type='KDHead'), **facts)
    with pytest.raises(ValueError, match="'I3DHead'.*no TrainingHead"):
        build_head(dict(type='I3DHead'), **facts)
    with pytest.raises(ValueError, match='in_channels=31 of SiameseHead.*32'):
        build_head(dict(type='SiameseHead', in_channels=31), **facts)
