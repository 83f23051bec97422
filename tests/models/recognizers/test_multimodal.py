import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample

from skdsrl_mmaction.mixing import add_skdsrl
from skdsrl_mmaction.models.losses import soft_label_kl
from tests.support import other_matrix as others
from tests.support.steps import spy, without_chance

NAME = 'skeleton/posec3d/rgbpose_conv3d/rgbpose_conv3d.py'


@pytest.fixture
def model():
    cfg = add_skdsrl(others.make_small(others.load(NAME)))
    model = without_chance(MODELS.build(cfg.model))
    for layer in (model.cls_head.fc_rgb, model.cls_head.fc_pose):
        torch.nn.init.normal_(layer.weight, std=0.3)  # unlike logits
    return model.train()


def batch(n=3, views=2):
    inputs = dict(
        imgs=torch.randn(n, views, 3, 2, 32, 32),
        heatmap_imgs=torch.rand(n, views, 17, 8, 8, 8),
    )
    return inputs, [ActionDataSample().set_gt_label(i) for i in range(n)]


def test_losses_from_the_definitions(model):
    inputs, samples = batch()
    with spy(model.siamese_head) as sim, spy(model.distill_head) as kl:
        losses = model.loss(inputs, samples)
    r = sim.call_args.args
    assert r[0].shape == r[1].shape == (3, 512 + 128)
    labels = torch.arange(3)
    head, fused = model.cls_head, []
    for number, seen in enumerate(r, start=1):
        rgb, pose = head.fc_rgb(seen[:, :512]), head.fc_pose(seen[:, 512:])
        for name, scores in (('rgb', rgb), ('pose', pose)):
            wanted = torch.nn.functional.cross_entropy(scores, labels)
            found = losses[f'{name}_loss_cls_view{number}']
            torch.testing.assert_close(found, wanted)
        fused.append((rgb + pose) / 2)
    for found, wanted in zip(kl.call_args.args, fused):
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)
    kl = soft_label_kl(fused[0], fused[1], 10)
    torch.testing.assert_close(losses['loss_kl'], 0.1 * kl)
    assert sum('loss' in key for key in losses) == 6


def test_views_are_those_of_each_modality(model):
    """The stock recognizer writes into the inputs that it gets."""
    inputs, samples = batch()
    views, _ = model._encode(inputs, samples)
    for i, view in enumerate(views.x):
        assert view.keys() == inputs.keys()
        for key, x in view.items():
            assert x.equal(inputs[key][:, i : i + 1])
    assert inputs['imgs'].shape == (3, 2, 3, 2, 32, 32)


def test_other_numbers_of_clips(model):
    with pytest.raises(ValueError, match='two views.* with 1 clips'):
        model.loss(*batch(views=1))
