"""One step of two processes against the mean of their halves."""

import socket

import torch
import torch.distributed as dist
import torch.multiprocessing as mp

WORLD = 2


def build(seed):
    from mmaction.registry import MODELS
    from mmengine.registry import init_default_scope

    import skdsrl_mmaction  # noqa: F401

    init_default_scope('mmaction')
    torch.manual_seed(seed)
    return MODELS.build(
        dict(
            type='SKDSRLRecognizer3D',
            backbone=dict(type='R3D', depth=18, base_channels=4),
            cls_head=dict(
                type='I3DHead', num_classes=5, in_channels=32, dropout_ratio=0
            ),
            siamese_head=dict(
                type='SiameseHead', proj_channels=16, pred_channels=8
            ),
        )
    ).double()


def half(rank, n=3):
    from mmaction.structures import ActionDataSample

    generator = torch.Generator().manual_seed(rank)
    shape = (n, 2, 3, 16, 32, 32)
    inputs = torch.randn(*shape, generator=generator, dtype=torch.float64)
    labels = [(rank + i) % 5 for i in range(n)]
    return inputs, [ActionDataSample().set_gt_label(x) for x in labels]


def gradients(model, wrapped, rank):
    loss, _ = model.parse_losses(wrapped(*half(rank), mode='loss'))
    loss.backward()
    return [p.grad.clone() for p in model.parameters()]


def process(rank, port, out):
    torch.set_num_threads(1)
    dist.init_process_group(
        'gloo', f'tcp://127.0.0.1:{port}', world_size=WORLD, rank=rank
    )
    from mmengine.model import MMDistributedDataParallel

    model = build(seed=0)
    # As skdsrl_mmaction.engine.prepare_device has it.
    wrapped = MMDistributedDataParallel(
        model, device_ids=None, broadcast_buffers=False
    )
    torch.save(gradients(model, wrapped, rank), f'{out}/{rank}.pt')
    dist.destroy_process_group()


def test_gradients_are_the_mean_of_both_halves(tmp_path):
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    mp.spawn(process, args=(port, str(tmp_path)), nprocs=WORLD)

    halves = []
    for rank in range(WORLD):
        model = build(seed=0)
        halves.append(gradients(model, model, rank))
    expected = [(a + b) / 2 for a, b in zip(*halves)]
    for rank in range(WORLD):
        for mine, mean in zip(torch.load(tmp_path / f'{rank}.pt'), expected):
            torch.testing.assert_close(mine, mean)
