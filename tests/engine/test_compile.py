"""The ``compile`` key of the host's Runner, with the classifier's hook."""

import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.optim import OptimWrapper

STEPS = 3
PREPROCESSOR = dict(
    type='ActionDataPreprocessor', to_float32=False, format_shape='NCTHW'
)
HEAD = dict(type='SiameseHead', proj_channels=16, pred_channels=8)
MODEL_3D = dict(
    type='SKDSRLRecognizer3D',
    backbone=dict(type='R3D', depth=18, base_channels=4),
    cls_head=dict(
        type='I3DHead', num_classes=5, in_channels=32, dropout_ratio=0
    ),
    siamese_head=HEAD,
    data_preprocessor=PREPROCESSOR,
)
# A consensus with parameters: the input of TRN's relations is r.
MODEL_2D = dict(
    type='SKDSRLRecognizer2D',
    backbone=dict(type='ResNet', depth=18),
    cls_head=dict(
        type='TRNHead',
        num_classes=5,
        in_channels=512,
        num_segments=3,
        hidden_dim=4,
        dropout_ratio=0,
    ),
    siamese_head=HEAD,
    data_preprocessor=dict(PREPROCESSOR, format_shape='NCHW'),
)


class KeepGradients(OptimWrapper):
    """A step of the optimizer after which the gradients are still there."""

    def update_params(self, loss):
        loss.backward()
        self.step()


def gradients(config, shape, backend=None):
    """Return the losses and gradients of a few steps."""
    torch.manual_seed(0)
    model = MODELS.build(config).double()
    optim_wrapper = KeepGradients(torch.optim.SGD(model.parameters(), lr=0.01))
    step = model.train_step
    if backend is not None:  # as Runner._maybe_compile() does
        step = torch.compile(step, backend=backend)
    videos = list(torch.randn(3, *shape, dtype=torch.float64))
    found = []
    for _ in range(STEPS):
        model.zero_grad()
        samples = [ActionDataSample().set_gt_label(i) for i in range(3)]
        data = dict(inputs=videos, data_samples=samples)
        losses = step(data, optim_wrapper)
        found.append((losses, [p.grad.clone() for p in model.parameters()]))
    return found


@pytest.mark.parametrize(
    'config, shape, backend',
    [
        (MODEL_3D, (2, 3, 8, 32, 32), 'eager'),
        (MODEL_3D, (2, 3, 8, 32, 32), 'aot_eager'),
        (MODEL_2D, (6, 3, 32, 32), 'aot_eager'),
    ],
    ids=['3d-eager', '3d-aot_eager', 'trn-aot_eager'],
)
def test_gradients_are_those_without_compile(config, shape, backend):
    torch._dynamo.reset()
    wanted = gradients(config, shape)
    found = gradients(config, shape, backend)
    for (losses, grads), (losses_c, grads_c) in zip(wanted, found):
        assert losses.keys() == losses_c.keys()
        for key in losses:
            torch.testing.assert_close(losses_c[key], losses[key])
        for grad, grad_c in zip(grads, grads_c):
            torch.testing.assert_close(grad_c, grad)
    # The steps differ, so a result kept from the first would be noticed.
    assert not torch.equal(wanted[0][1][0], wanted[-1][1][0])
