import copy

import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from torch import nn

from skdsrl_mmaction.models.monitors import feat_std

I3D_HEAD = dict(type='I3DHead', num_classes=5, dropout_ratio=0)


def config(depth=18, **kwargs):
    width = 32 if depth < 50 else 128
    return dict(
        type='SKDSRLRecognizer3D',
        backbone=dict(type='R3D', depth=depth, base_channels=4),
        cls_head=dict(I3D_HEAD, in_channels=width, average_clips='prob'),
        siamese_head=dict(
            type='SiameseHead', proj_channels=16, pred_channels=8
        ),
        **kwargs,
    )


def build(*args, **kwargs):
    model = MODELS.build(config(*args, **kwargs))
    nn.init.normal_(model.cls_head.fc_cls.weight, std=0.3)  # unlike logits
    return model


def batch(n=4, views=2, dtype=torch.float32, classes=5, size=32):
    inputs = torch.randn(n, views, 3, 16, size, size, dtype=dtype)
    labels = torch.arange(n) % classes
    return inputs, [ActionDataSample().set_gt_label(int(x)) for x in labels]


def total(losses):
    return sum(value for key, value in losses.items() if 'loss' in key)


def equation_5(model, inputs, labels, alpha=0.1, beta=1.0, tau=10):
    """Algorithm 1 written a second time, from the paper's definitions."""
    backbone, fc = model.backbone, model.cls_head.fc_cls
    x1, x2 = inputs[:, 0], inputs[:, 1]
    r1, r2 = (backbone(x).mean(dim=(2, 3, 4)) for x in (x1, x2))
    p1, p2 = fc(r1), fc(r2)
    n = len(labels)

    def ce(p):
        return (p.exp().sum(1).log() - p[range(n), labels]).sum() / n

    def kl(p):
        s = ((p1 + p2) / tau).softmax(1)
        return (s * (s.log() - (p / tau).softmax(1).log())).sum() / n

    z1, z2 = model.siamese_head.projector(r1), model.siamese_head.projector(r2)
    v1, v2 = model.siamese_head.predictor(z1), model.siamese_head.predictor(z2)

    def cosine(v, z):
        z = z.detach()
        return ((v / v.norm(dim=1, keepdim=True)) * z).sum(1) / z.norm(dim=1)

    sim = -0.5 * cosine(v1, z2).mean() - 0.5 * cosine(v2, z1).mean()
    return ce(p1) + ce(p2) + alpha * (kl(p1) + kl(p2)) + beta * sim


@pytest.mark.parametrize('depth', [18, 50])
def test_loss_and_gradients_equal_equation_5(depth):
    model = build(depth).double()
    twin = copy.deepcopy(model)
    inputs, samples = batch(dtype=torch.float64)
    labels = [int(sample.gt_label) for sample in samples]

    loss = total(model.loss(inputs, samples))
    expected = equation_5(twin, inputs, labels)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-10)

    loss.backward()
    expected.backward()
    # Relative to the largest: a bias before BatchNorm has no gradient but
    # rounding.
    largest = max(p.grad.norm() for p in twin.parameters())
    for (name, a), b in zip(model.named_parameters(), twin.parameters()):
        scale = max(b.grad.norm(), 1e-6 * largest)
        assert (a.grad - b.grad).norm() / scale < 1e-6, name


@pytest.mark.parametrize('depth', [18, 50])
def test_float32_is_exact_to_1e_4(depth):
    model = build(depth)
    model.init_weights()
    twin = copy.deepcopy(model)
    inputs, samples = batch(size=64)
    labels = [int(sample.gt_label) for sample in samples]
    loss = total(model.loss(inputs, samples))
    expected = equation_5(twin, inputs, labels)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-4)
    loss.backward()
    expected.backward()
    mine = torch.cat([p.grad.flatten() for p in model.parameters()])
    theirs = torch.cat([p.grad.flatten() for p in twin.parameters()])
    assert (mine - theirs).norm() / theirs.norm() < 1e-4


def test_swapping_the_views_changes_nothing():
    model = build().double()
    inputs, samples = batch(dtype=torch.float64)
    losses = model.loss(inputs, samples)
    swapped = model.loss(inputs.flip(1), samples)
    torch.testing.assert_close(total(losses), total(swapped))
    for one, other in [
        ('loss_cls_view1', 'loss_cls_view2'),
        ('loss_kl', 'loss_kl'),
        ('loss_sim', 'loss_sim'),
        ('feat_std', 'feat_std'),
        ('view_agreement', 'view_agreement'),
        ('top1_acc', 'top1_acc'),
    ]:
        torch.testing.assert_close(losses[one], swapped[other])


def test_without_alpha_and_beta_two_cross_entropies_remain():
    model = build(distill_head=dict(type='SelfDistillHead', loss_weight=0.0))
    model.siamese_head.loss_weight = 0.0
    twin = MODELS.build(dict(config(), distill_head=None, siamese_head=None))
    twin.load_state_dict(model.state_dict(), strict=False)
    inputs, samples = batch()
    labels = torch.stack([sample.gt_label for sample in samples])[:, 0]
    r = [model.backbone(inputs[:, i]).mean(dim=(2, 3, 4)) for i in (0, 1)]
    expected = sum(
        F.cross_entropy(model.cls_head.fc_cls(x), labels) for x in r
    )
    torch.testing.assert_close(total(model.loss(inputs, samples)), expected)
    torch.testing.assert_close(total(twin.loss(inputs, samples)), expected)


def test_heads_that_are_configured_away_have_no_parameters():
    model = MODELS.build(dict(config(), distill_head=None, siamese_head=None))
    assert {name.split('.')[0] for name in model.state_dict()} == {
        'backbone',
        'cls_head',
    }
    losses = model.loss(*batch())
    assert 'loss_kl' not in losses and 'loss_sim' not in losses
    selfkd = MODELS.build(dict(config(), siamese_head=None))
    assert 'loss_kl' in selfkd.loss(*batch())


def test_log_keys():
    losses = build().loss(*batch())
    log_vars = build().parse_losses(losses)[1]
    assert list(losses) == [
        'top1_acc',
        'top5_acc',
        'loss_cls_view1',
        'loss_cls_view2',
        'loss_kl',
        'loss_sim',
        'view_agreement',
        'feat_std',
    ]
    # MMEngine sums every key that contains "loss": the four terms of Eq. 5.
    terms = ('loss_cls_view1', 'loss_cls_view2', 'loss_kl', 'loss_sim')
    assert log_vars['loss'].item() == pytest.approx(
        sum(losses[term].item() for term in terms)
    )
    for monitor in ('view_agreement', 'feat_std'):
        assert 0 <= losses[monitor] and not losses[monitor].requires_grad


def test_monitors_without_heads():
    """view_agreement needs no head; feat_std is then that of r."""
    model = MODELS.build(dict(config(), distill_head=None, siamese_head=None))
    inputs, samples = batch()
    losses = model.loss(inputs, samples)
    r = [model.backbone(inputs[:, i]).mean(dim=(2, 3, 4)) for i in (0, 1)]
    p = [model.cls_head.fc_cls(x).argmax(1) for x in r]
    assert losses['view_agreement'] == (p[0] == p[1]).float().mean()
    expected = (feat_std(r[0]) + feat_std(r[1])) / 2
    torch.testing.assert_close(losses['feat_std'], expected)


def test_feat_std_is_that_of_the_projections():
    model = build()
    inputs, samples = batch()
    seen = []
    model.siamese_head.projector.register_forward_hook(
        lambda module, args, z: seen.append(z)
    )
    losses = model.loss(inputs, samples)
    expected = (feat_std(seen[0]) + feat_std(seen[1])) / 2
    torch.testing.assert_close(losses['feat_std'], expected)
    with torch.no_grad():  # collapse
        model.siamese_head.projector.weight.zero_()
    assert model.loss(inputs, samples)['feat_std'] < 1e-5


def test_one_video_has_no_feat_std():
    """As one video a process, with SyncBN: no NaN in the log."""
    model = MODELS.build(dict(config(), siamese_head=None)).eval()
    losses = model.loss(*batch(n=1))
    assert 'feat_std' not in losses
    assert all(value.isfinite().all() for value in losses.values())


def test_every_parameter_learns():
    model = build()
    total(model.loss(*batch())).backward()
    silent = [n for n, p in model.named_parameters() if p.grad is None]
    assert silent == []  # DistributedDataParallel would wait for these


@pytest.mark.parametrize('views', [1, 3, 4])
def test_wrong_number_of_views(views):
    with pytest.raises(ValueError, match=f'{views} clips.*SiameseTwoView'):
        build().loss(*batch(views=views))


def test_in_channels_that_do_not_fit():
    wrong = dict(type='SiameseHead', in_channels=512)
    with pytest.raises(ValueError, match='in_channels=512.*sees 32 channels'):
        MODELS.build(dict(config(), siamese_head=wrong))
    right = dict(type='SiameseHead', in_channels=32)
    MODELS.build(dict(config(), siamese_head=right))


def test_losses_are_float32_under_autocast():
    model = build()
    with torch.autocast('cpu', torch.bfloat16):
        losses = model.loss(*batch())
    for key, value in losses.items():
        assert value.isfinite(), key
        if 'loss' in key:
            assert value.dtype == torch.float32, key


@pytest.mark.parametrize('labels', [[0, 1, 2, 3], [4, 4, 4, 4]])
def test_accuracy_is_the_mean_of_both_views(labels):
    model = build()
    inputs, _ = batch()
    samples = [ActionDataSample().set_gt_label(x) for x in labels]
    right = 0
    for i in (0, 1):
        r = model.backbone(inputs[:, i]).mean(dim=(2, 3, 4))
        p = model.cls_head.fc_cls(r)
        right += (p.argmax(1) == torch.tensor(labels)).float().mean().item()
    accuracy = model.loss(inputs, samples)['top1_acc'].item()
    assert accuracy == pytest.approx(right / 2)


# --- the test path ---------------------------------------------------------


def test_stock_recognizer_gives_equal_predictions():
    model = build().eval()
    stock = config()
    stock.update(type='Recognizer3D')
    stock.pop('siamese_head')
    stock = MODELS.build(stock)
    missing, unexpected = stock.load_state_dict(
        model.state_dict(), strict=False
    )
    assert missing == []
    assert {key.split('.')[0] for key in unexpected} == {'siamese_head'}
    stock.eval()

    inputs, samples = batch(n=2, views=10)
    with torch.no_grad():
        mine = model.predict(inputs, copy.deepcopy(samples))
        theirs = stock.predict(inputs, copy.deepcopy(samples))
    for a, b in zip(mine, theirs):
        assert torch.equal(a.pred_score, b.pred_score)


def test_no_hook_stays_behind():
    model = build()
    model.loss(*batch())
    assert not any(m._forward_pre_hooks for m in model.modules())


def test_feature_extraction_builds_and_does_not_train():
    head = dict(type='FeatureHead', average_clips='score')
    model = MODELS.build(dict(config(), cls_head=head))
    assert not any(name.startswith('siamese') for name in model.state_dict())
    inputs, samples = batch(n=2, views=1)
    with torch.no_grad():
        assert model.predict(inputs, samples).shape == (2, 32)
    with pytest.raises(RuntimeError, match='linear classifier'):
        model.loss(*batch())


# --- stock heads ------------------------------------------------------------


def slowfast():
    pathway = dict(
        type='resnet3d',
        depth=18,
        pretrained=None,
        base_channels=8,
        conv1_kernel=(1, 7, 7),
        inflate=(0, 0, 1, 1),
        norm_eval=False,
    )
    return dict(
        type='ResNet3dSlowFast',
        pretrained=None,
        resample_rate=4,
        speed_ratio=4,
        channel_ratio=4,
        slow_pathway=dict(pathway, lateral=True, fusion_kernel=5),
        fast_pathway=dict(pathway, base_channels=2, lateral=False),
    )


R3D = dict(type='R3D', depth=18, base_channels=4)
HEADS_3D = {
    'I3DHead': (R3D, dict(in_channels=32, dropout_ratio=0), 32),
    'X3DHead': (R3D, dict(in_channels=32, dropout_ratio=0), 2048),
    'SlowFastHead': (slowfast(), dict(in_channels=80, dropout_ratio=0), 80),
}


@pytest.mark.parametrize('name', HEADS_3D)
def test_stock_3d_heads(name):
    backbone, head, width = HEADS_3D[name]
    model = MODELS.build(
        dict(
            config(),
            backbone=backbone,
            cls_head=dict(type=name, num_classes=5, **head),
        )
    )
    assert model.siamese_head.projector.in_features == width
    losses = model.loss(*batch(n=3))
    total(losses).backward()
    assert all(p.grad is not None for p in model.parameters())


TWO_D = dict(type='ResNet', depth=18, norm_eval=False)
SEGMENTS = 4
HEADS_2D = {
    'TSNHead': (dict(in_channels=512, dropout_ratio=0), 512),
    'TSMHead': (
        dict(in_channels=512, num_segments=SEGMENTS, dropout_ratio=0),
        512,
    ),
    'TRNHead': (
        dict(
            in_channels=512,
            num_segments=SEGMENTS,
            hidden_dim=8,
            relation_type='TRN',
            dropout_ratio=0,
        ),
        SEGMENTS * 8,
    ),
}


def build_2d(name):
    head, width = HEADS_2D[name]
    model = MODELS.build(
        dict(
            type='SKDSRLRecognizer2D',
            backbone=TWO_D,
            cls_head=dict(type=name, num_classes=5, **head),
            siamese_head=dict(
                type='SiameseHead', proj_channels=16, pred_channels=8
            ),
        )
    )
    assert model.siamese_head.projector.in_features == width
    return model


@pytest.mark.parametrize('name', HEADS_2D)
def test_stock_2d_heads(name):
    """The first S segments are view 1; p is what the stock head gives."""
    model = build_2d(name)
    inputs = torch.randn(3, 2 * SEGMENTS, 3, 32, 32)
    samples = batch(3)[1]
    seen = {}
    model.siamese_head.register_forward_pre_hook(lambda *_: None)
    model.distill_head.loss = lambda p1, p2: seen.update(p=(p1, p2)) or {}
    stock_loss = model.siamese_head.loss
    model.siamese_head.loss = lambda r1, r2: (
        seen.update(r=(r1, r2)) or stock_loss(r1, r2)
    )
    model.loss(inputs, samples)
    for i, view in enumerate(inputs.chunk(2, dim=1)):
        feats, kwargs = model.extract_feat(view.contiguous())
        p = model.cls_head(feats, **kwargs)
        torch.testing.assert_close(seen['p'][i], p)
        pooled = feats.mean(dim=(2, 3)).view(3, SEGMENTS, 512)
        if name == 'TRNHead':
            r = model.cls_head.fc_cls(pooled).flatten(1)
        else:
            r = pooled.mean(dim=1)
        torch.testing.assert_close(seen['r'][i], r)


def test_segments_that_do_not_fit_the_head():
    model = build_2d('TSMHead')
    inputs = torch.randn(3, 4 * SEGMENTS, 3, 32, 32)
    with pytest.raises(ValueError, match='6 predictions for 3 videos'):
        model.loss(inputs, batch(3)[1])


def test_auxiliary_losses_of_a_neck_stay_for_both_views():
    class Neck(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(32, 1)

        def forward(self, x, data_samples=None):
            aux = self.fc(x.mean(dim=(2, 3, 4))).mean()
            return x, dict(loss_aux=aux)

    model = build()
    model.neck = Neck()
    inputs, samples = batch()
    losses = model.loss(inputs, samples)
    for i in (0, 1):
        r = model.backbone(inputs[:, i]).mean(dim=(2, 3, 4))
        expected = model.neck.fc(r).mean()
        torch.testing.assert_close(losses[f'loss_aux_view{i + 1}'], expected)


def test_soft_labels_of_mixup():
    model = build()
    inputs, _ = batch()
    soft = torch.rand(4, 5).softmax(1)
    samples = [ActionDataSample().set_gt_label(x) for x in soft]
    losses = model.loss(inputs, samples)
    r = model.backbone(inputs[:, 0]).mean(dim=(2, 3, 4))
    log_p = model.cls_head.fc_cls(r).log_softmax(1)
    expected = -(soft * log_p).sum(1).mean()
    torch.testing.assert_close(losses['loss_cls_view1'], expected)


def test_copies_are_independent():
    """EMA deep-copies the model; the copy must not write into the first."""
    model = build()
    twin = copy.deepcopy(model)
    total(twin.loss(*batch())).backward()
    assert all(p.grad is None for p in model.parameters())
