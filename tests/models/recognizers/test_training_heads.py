import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample

from skdsrl_mmaction.models.heads import TrainingHead
from skdsrl_mmaction.models.recognizers import count_views, head_configs


@MODELS.register_module()
class SeeingHead(TrainingHead):
    """Keeps the views that it is called with."""

    stages = ('layer1', 'layer3')
    teacher_stages = ('layer2',)

    def forward(self, views):
        self.seen = views
        return dict(loss_seen=views.r[0].new_zeros(()))


def recognizer(kind='Recognizer3D', width=4, **kwargs):
    return dict(
        type=kind,
        backbone=dict(type='R3D', depth=18, base_channels=width),
        cls_head=dict(
            type='I3DHead',
            num_classes=5,
            in_channels=8 * width,
            dropout_ratio=0,
            init_std=0.3,
        ),
        **kwargs,
    )


def batch(views, n=3):
    inputs = torch.randn(n, views, 3, 8, 32, 32)
    return inputs, [ActionDataSample().set_gt_label(i) for i in range(n)]


@pytest.mark.parametrize('views', [1, 2])
def test_a_head_sees_what_was_computed(views, tmp_path):
    torch.save(MODELS.build(recognizer(width=8)).state_dict(), tmp_path / 't')
    heads = [dict(type='SeeingHead')]
    heads += [dict(type='SelfDistillHead')] * (views == 2)
    model = MODELS.build(
        recognizer(
            'DistillRecognizer3D',
            train_heads=heads,
            teacher=recognizer(width=8),
            teacher_checkpoint=str(tmp_path / 't'),
        )
    )
    model.init_weights()
    inputs, samples = batch(views)
    losses = model.loss(inputs, samples)
    seen = model.train_heads[0].seen
    assert seen.samples is samples and len(seen.p) == views
    for i in range(views):
        x = inputs[:, i]
        torch.testing.assert_close(seen.x[i][:, 0], x)
        r = model.backbone(x).mean(dim=(2, 3, 4))
        torch.testing.assert_close(seen.r[i], r)
        torch.testing.assert_close(seen.p[i], model.cls_head.fc_cls(r))
        assert list(seen.stages[i]) == ['layer1', 'layer3']
        third = seen.stages[i]['layer3']
        torch.testing.assert_close(
            model.backbone.layer4(third).mean(dim=(2, 3, 4)), r
        )
        assert seen.r[i].requires_grad and third.requires_grad
    teacher = model._teacher[0]
    with torch.no_grad():
        r = teacher.backbone(inputs[:, -1]).mean(dim=(2, 3, 4))
    torch.testing.assert_close(seen.teacher.r[-1], r)
    assert list(seen.teacher.stages[0]) == ['layer2']
    assert not seen.teacher.p[0].requires_grad
    if views == 1:
        assert losses.keys() == {
            'loss_cls',
            'loss_seen',
            'top1_acc',
            'top5_acc',
        }
    else:
        assert {'loss_cls_view1', 'loss_kl', 'feat_std'} < losses.keys()


def test_without_heads_the_loss_is_the_stock_one():
    model = MODELS.build(recognizer('DistillRecognizer3D'))
    stock = MODELS.build(recognizer())
    stock.load_state_dict(model.state_dict())
    inputs, samples = batch(1)
    mine, theirs = model.loss(inputs, samples), stock.loss(inputs, samples)
    assert mine.keys() == theirs.keys()
    for key in mine:
        assert torch.equal(mine[key], theirs[key]), key


def test_clips_that_are_not_the_views():
    model = MODELS.build(recognizer('DistillRecognizer3D'))
    with pytest.raises(ValueError, match='one view of each video.*2 clips'):
        model.loss(*batch(2))


def test_views_and_heads_of_a_config():
    two = [dict(type='SelfDistillHead')]
    assert count_views(recognizer()) == 1
    assert count_views(recognizer('DistillRecognizer3D')) == 1
    mixed = recognizer('DistillRecognizer3D', train_heads=two)
    assert count_views(mixed) == 2 and head_configs(mixed) == two
    skdsrl = recognizer('SKDSRLRecognizer3D', siamese_head=None)
    assert count_views(skdsrl) == 2
    assert [head['type'] for head in head_configs(skdsrl)] == [
        'SelfDistillHead'
    ]
    assert head_configs(recognizer()) == []


def test_a_head_more_beside_those_of_skdsrl():
    model = MODELS.build(
        recognizer(
            'SKDSRLRecognizer3D',
            siamese_head=dict(type='SiameseHead', proj_channels=8),
            train_heads=[dict(type='SeeingHead')],
        )
    )
    losses = model.loss(*batch(2))
    assert {'loss_kl', 'loss_sim', 'loss_seen'} < losses.keys()
