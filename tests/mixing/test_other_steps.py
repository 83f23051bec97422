"""Each recognizer, backbone and head over other inputs than RGB video."""

import pytest
import torch
from mmaction.registry import DATASETS

from skdsrl_mmaction.mixing import add_skdsrl
from tests.support import other_matrix as others
from tests.support.steps import backward, check_doubled, spy, without_chance

N = 3  # samples
POSE = 'skeleton/posec3d/'
NTU = 'ntu60-xsub-keypoint'
KINDS = [
    f'skeleton/stgcn/stgcn_8xb16-joint-u100-80e_{NTU}-2d.py',
    f'skeleton/stgcnpp/stgcnpp_8xb16-bone-u100-80e_{NTU}-3d.py',
    f'skeleton/2s-agcn/2s-agcn_8xb16-joint-motion-u100-80e_{NTU}-2d.py',
    f'{POSE}slowonly_r50_8xb16-u48-240e_{NTU}.py',
    f'{POSE}rgbpose_conv3d/rgbpose_conv3d.py',
    *(name for name in others.NAMES if 'audio' in name),
    *others.RECOGNITION,
]


def kind(name):
    """Recognizer, backbone and head."""
    model = others.load(name).model
    return tuple(
        part.get('type') for part in (model, model.backbone, model.cls_head)
    )


def test_no_kind_is_left_out():
    tested = set(map(kind, KINDS))
    assert tested == set(map(kind, others.NAMES + others.RECOGNITION))
    assert len(tested) == 8


def one_view(cfg, model, folder):
    """A batch of the stock data set, and one of images for OmniSource."""
    batch = others.batch_of(others.build_dataset(cfg, folder), N)
    if cfg.model.type == 'RecognizerOmni':
        (loader,) = cfg.train_cfg.other_loaders
        images = others.batch_of(DATASETS.build(loader.dataset), N)
        batch = (batch, images)
    return model.data_preprocessor(batch, training=True)


def twice(inputs):
    """The same view, two times."""
    if isinstance(inputs, dict):
        return {key: twice(x) for key, x in inputs.items()}
    return torch.cat([inputs, inputs], dim=1)


def copied(inputs):
    """The same inputs; the stock recognizer of several writes into them."""
    return dict(inputs) if isinstance(inputs, dict) else inputs


def logits(head, r):
    """What the classifiers of a head make of the representation."""
    if hasattr(head, 'fc_pose'):
        rgb, pose = r.split(head.in_channels, dim=1)
        return (head.fc_rgb(rgb) + head.fc_pose(pose)) / 2
    for name in ('fc_cls', 'fc'):
        if hasattr(head, name):
            return getattr(head, name)(r)
    return head.fc3d[-1](r)


@pytest.mark.parametrize('name', KINDS)
def test_equal_views_are_twice_the_stock_loss(name, tmp_path):
    cfg = others.make_small(others.load(name))
    stock = others.build_model(cfg)
    mixed = others.build_model(add_skdsrl(cfg))
    missing, unexpected = mixed.load_state_dict(
        stock.state_dict(), strict=False
    )
    assert {key.split('.')[0] for key in missing} == {'siamese_head'}
    assert not unexpected
    without_chance(stock), without_chance(mixed)
    mixed.distill_head.loss_weight = mixed.siamese_head.loss_weight = 0

    batch = one_view(cfg, stock, tmp_path)
    if isinstance(batch, tuple):
        videos, images = batch
        double = dict(videos, inputs=twice(videos['inputs']))
        once, doubled = [[videos]], [[double]]
    else:
        samples = batch['data_samples']
        once = copied(batch['inputs']), samples
        doubled = twice(batch['inputs']), samples
    _, stock_total = backward(stock, *once)
    with spy(mixed.distill_head) as kl, spy(mixed.siamese_head) as sim:
        losses, total = backward(mixed, *doubled)
    assert total.item() == pytest.approx(2 * stock_total.item(), rel=1e-5)
    assert losses['view_agreement'] == 1
    check_doubled(stock, mixed)
    for r, p in zip(sim.call_args.args, kl.call_args.args):
        assert r.shape[0] == N and p.shape == (N, others.CLASSES)
        made = logits(mixed.cls_head, r)
        torch.testing.assert_close(made, p, rtol=1e-4, atol=1e-5)

    if isinstance(batch, tuple):  # images are trained as before
        for model in (stock, mixed):
            model.eval()  # running statistics, which both have
        mixed.load_state_dict(stock.state_dict(), strict=False)
        alone = stock.loss([images])['loss_cls_0']
        both = mixed.loss([double, images])
        assert both['loss_cls_0'].item() == pytest.approx(alone.item())
        assert 'loss_kl' in both and 'loss_cls_view1' in both


def scores(model, batch):
    if isinstance(batch, tuple):
        batch = batch[:1]
        results = model(*batch, mode='predict')
    else:
        inputs = copied(batch['inputs'])
        results = model(inputs, batch['data_samples'], mode='predict')
    return [x.pred_score for x in results]


@pytest.mark.parametrize('name', KINDS)
def test_a_checkpoint_without_heads_is_stock(name, tmp_path):
    """After a step; the test path is that of the stock recognizer."""
    cfg = others.make_small(others.load(name))
    mixed_cfg = add_skdsrl(cfg)
    mixed, stock = others.build_model(mixed_cfg), others.build_model(cfg)
    (tmp_path / 'two').mkdir(), (tmp_path / 'one').mkdir()
    data = others.batch_of(others.build_dataset(mixed_cfg, tmp_path / 'two'))
    others.step(mixed, mixed_cfg, [data] if 'Omni' in cfg.model.type else data)
    weights = {
        key: x
        for key, x in mixed.state_dict().items()
        if not key.startswith('siamese_head.')
    }
    stock.load_state_dict(weights)
    for model in (stock, mixed):
        model.eval()
    batch = one_view(cfg, stock, tmp_path / 'one')
    with torch.no_grad():
        wanted, found = scores(stock, batch), scores(mixed, batch)
    for a, b in zip(wanted, found):
        if isinstance(a, torch.Tensor):
            a, b = {'': a}, {'': b}
        assert a.keys() == b.keys()
        assert all(a[key].equal(b[key]) for key in a)
        assert all(x.isfinite().all() and x.std() > 0 for x in a.values())
