import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample

MODEL = dict(
    type='SKDSRLRecognizerOmni',
    backbone=dict(type='OmniResNet', layers=[1, 1, 1, 1]),
    cls_head=dict(
        type='OmniHead', image_classes=7, video_classes=5, in_channels=2048
    ),
    data_preprocessor=dict(
        type='ActionDataPreprocessor', format_shape='MIX2d3d'
    ),
)


@pytest.fixture(scope='module')
def model():
    return MODELS.build(MODEL).train()


def part(*shape):
    samples = [ActionDataSample().set_gt_label(i) for i in range(shape[0])]
    return dict(inputs=torch.randn(*shape), data_samples=samples)


VIDEOS, IMAGES = (3, 2, 3, 4, 32, 32), (4, 3, 32, 32)


def test_videos_have_two_views_and_images_one(model):
    losses = model(part(*VIDEOS), part(*IMAGES), mode='loss')
    named = {key for key in losses if 'loss' in key}
    assert named == {
        'loss_cls_view1',
        'loss_cls_view2',
        'loss_kl',
        'loss_sim',
        'loss_cls_0',
    }
    assert model.siamese_head.projector.in_features == 10  # 2 x 5 classes


def test_images_alone_move_no_training_head(model):
    model.zero_grad()
    losses = model(part(*VIDEOS), part(*IMAGES), mode='loss')
    losses['loss_cls_0'].backward()
    for name, param in model.named_parameters():
        used = name.startswith(('backbone', 'cls_head.fc2d'))
        assert (param.grad is not None) == used, name


def test_videos_alone(model):
    assert 'loss_cls_0' not in model(part(*VIDEOS), mode='loss')


def test_one_view_is_refused(model):
    with pytest.raises(ValueError, match='two views.*1 clips'):
        model(part(3, 1, *VIDEOS[2:]), part(*IMAGES), mode='loss')
