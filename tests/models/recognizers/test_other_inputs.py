import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample

GCN = dict(
    type='SKDSRLRecognizerGCN',
    backbone=dict(
        type='STGCN',
        base_channels=4,
        graph_cfg=dict(layout='coco', mode='stgcn_spatial'),
    ),
    cls_head=dict(type='GCNHead', num_classes=5, in_channels=16),
)
AUDIO = dict(
    type='SKDSRLRecognizerAudio',
    backbone=dict(type='ResNetAudio', depth=50, base_channels=4),
    cls_head=dict(type='TSNAudioHead', num_classes=5, in_channels=128),
)
SHAPES = [(GCN, (2, 8, 17, 3)), (AUDIO, (1, 32, 20))]


def loss(model, clips, shape, n=3):
    samples = [ActionDataSample().set_gt_label(i) for i in range(n)]
    return model.loss(torch.randn(n, clips, *shape), samples)


@pytest.mark.parametrize('cfg, shape', SHAPES)
def test_every_parameter_learns_from_equation_5(cfg, shape):
    model = MODELS.build(cfg).train()
    losses = loss(model, 2, shape)
    assert {key for key in losses if 'loss' in key} == {
        'loss_cls_view1',
        'loss_cls_view2',
        'loss_kl',
        'loss_sim',
    }
    sum(x for key, x in losses.items() if 'loss' in key).backward()
    without = [k for k, x in model.named_parameters() if x.grad is None]
    assert without == []


@pytest.mark.parametrize('cfg, shape', SHAPES)
@pytest.mark.parametrize('clips', [1, 3, 4])
def test_other_numbers_of_clips(cfg, shape, clips):
    model = MODELS.build(cfg).train()
    with pytest.raises(ValueError, match=f'{clips} clips on.*SiameseTwoPass'):
        loss(model, clips, shape)


@pytest.mark.parametrize('cfg, shape', SHAPES)
def test_a_teacherless_baseline_of_two_views(cfg, shape):
    plain = dict(cfg, distill_head=None, siamese_head=None)
    losses = loss(MODELS.build(plain).train(), 2, shape)
    named = {key for key in losses if 'loss' in key}
    assert named == {'loss_cls_view1', 'loss_cls_view2'}
