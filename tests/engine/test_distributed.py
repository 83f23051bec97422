"""Gradients of two processes against those of one process."""

import pytest
import torch
import torch.distributed as dist

from tests.support.ranks import run_ranks

WORLD = 2
SETTINGS = [
    # with_cp, accumulate
    (False, False),
    (True, False),
    (True, True),
]


def build(with_cp):
    from mmaction.registry import MODELS
    from mmengine.registry import init_default_scope

    import skdsrl_mmaction  # noqa: F401

    init_default_scope('mmaction')
    torch.manual_seed(0)
    return MODELS.build(
        dict(
            type='SKDSRLRecognizer3D',
            backbone=dict(
                type='R3D', depth=18, base_channels=4, with_cp=with_cp
            ),
            cls_head=dict(
                type='I3DHead', num_classes=5, in_channels=32, dropout_ratio=0
            ),
            siamese_head=dict(
                type='SiameseHead', proj_channels=16, pred_channels=8
            ),
        )
    ).double()


def batch(seed, n=3):
    from mmaction.structures import ActionDataSample

    generator = torch.Generator().manual_seed(seed)
    shape = (n, 2, 3, 16, 32, 32)
    inputs = torch.randn(*shape, generator=generator, dtype=torch.float64)
    labels = [(seed + i) % 5 for i in range(n)]
    return inputs, [ActionDataSample().set_gt_label(x) for x in labels]


def backward(model, wrapped, seed):
    loss, _ = model.parse_losses(wrapped(*batch(seed), mode='loss'))
    loss.backward()


def gradients(model):
    return [p.grad.clone() for p in model.parameters()]


def process():
    dist.init_process_group('gloo')
    rank = dist.get_rank()
    from mmengine.model import MMDistributedDataParallel

    found = []
    for with_cp, accumulate in SETTINGS:
        model = build(with_cp)
        # As skdsrl_mmaction.engine.prepare_device has it.
        wrapped = MMDistributedDataParallel(
            model, device_ids=None, broadcast_buffers=False
        )
        if accumulate:
            with wrapped.no_sync():
                backward(model, wrapped, WORLD + rank)
        backward(model, wrapped, rank)
        found.append(gradients(model))
    return found


@pytest.mark.slow
def test_gradients_are_the_mean_over_processes():
    """Also with activation checkpointing and with accumulation."""
    found = run_ranks(process, WORLD)

    parts = []
    for seed in range(2 * WORLD):
        model = build(with_cp=False)
        backward(model, model, seed)
        parts.append(gradients(model))
    for i, (_, accumulate) in enumerate(SETTINGS):
        summed = parts if accumulate else parts[:WORLD]
        for of_one_weight in zip(*summed, *(rank[i] for rank in found)):
            expected = sum(of_one_weight[: len(summed)]) / WORLD
            for mine in of_one_weight[len(summed) :]:
                torch.testing.assert_close(mine, expected)
