"""Two processes that train with a mechanism keep the same weights."""

from types import SimpleNamespace

import pytest
import torch
import torch._dynamo  # which DDP imports: here, once for all ranks
import torch.distributed as dist
from mmaction.registry import HOOKS, MODELS
from mmaction.structures import ActionDataSample
from mmengine.model import MMDistributedDataParallel
from mmengine.optim import OptimWrapper

from skdsrl_mmaction.mixing import MECHANISMS
from tests.support.auxiliary import recognizer
from tests.support.ranks import run_ranks

WORLD, STEPS, VIDEOS = 2, 2, 4  # videos of each rank
TAUGHT = {
    'kd': dict(type='KDRecognizer3D'),
    'fitnet': dict(
        type='KDRecognizer3D', train_heads=[dict(type='FitNetHead')]
    ),
    'mars': dict(type='MARSRecognizer3D'),
}


def model_config(name, teacher_checkpoint):
    if name in TAUGHT:
        teacher = dict(teacher=recognizer())
        teacher.update(teacher_checkpoint=teacher_checkpoint)
        return recognizer(**TAUGHT[name], **teacher)
    mechanism = MECHANISMS[name]
    made = dict(mechanism.model, type=f'{mechanism.family}Recognizer3D')
    if made.get('siamese_head'):
        narrow = dict(proj_channels=8, hidden_channels=8)
        if made['siamese_head']['type'] == 'SiameseHead':
            narrow = dict(proj_channels=8, pred_channels=8)
        made['siamese_head'] = dict(made['siamese_head'], **narrow)
    return recognizer(**made)


def batch(clips, rank):
    inputs, samples = [], []
    for i in range(VIDEOS):  # two of a class after each other
        video = dict(sample_idx=rank * VIDEOS + i)
        inputs.append(torch.randn(clips, 3, 8, 16, 16))
        sample = ActionDataSample(metainfo=video)
        samples.append(sample.set_gt_label(i // 2 + rank))
    return dict(inputs=inputs, data_samples=samples)


def train(name, teacher_checkpoint):
    """The losses, and after each step weights and what heads remember."""
    dist.init_process_group('gloo')
    rank = dist.get_rank()
    torch.manual_seed(rank)
    model = MODELS.build(model_config(name, teacher_checkpoint))
    model.init_weights()
    # As skdsrl_mmaction.engine.prepare_device has it.
    wrapped = MMDistributedDataParallel(
        model, device_ids=None, broadcast_buffers=False
    )
    runner = SimpleNamespace(model=wrapped)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    optim_wrapper = OptimWrapper(optimizer)
    losses, states = [], []
    for step in range(STEPS):
        for head in model.heads():
            if head.hook == 'PastPredictionsHook':
                head.remember(WORLD * VIDEOS)
                head.progress = (step + 1) / STEPS
            if head.hook == 'BestTeacherHook' and step:
                hook = HOOKS.build(dict(type='BestTeacherHook'))
                hook.after_val_epoch(runner, {'acc/top1': 0.5})
        clips = 2 if name == 'mars' else model.num_views
        logs = wrapped.train_step(batch(clips, rank), optim_wrapper)
        losses.append(logs)
        state = dict(model.named_parameters())
        state.update(
            (key, x) for key, x in model.named_buffers() if 'past' in key
        )
        for teacher in model._teacher:
            for key, x in teacher.state_dict().items():
                state[f'teacher.{key}'] = x
        states.append({k: x.detach().clone() for k, x in state.items()})
    return losses, states


@pytest.mark.slow
@pytest.mark.parametrize('name', [*MECHANISMS, *TAUGHT])
def test_the_ranks_keep_the_same_weights(name, tmp_path):
    checkpoint = str(tmp_path / 'teacher.pth')
    torch.save(MODELS.build(recognizer()).state_dict(), checkpoint)
    found = run_ranks(train, WORLD, name, checkpoint)
    for rank in found:
        if isinstance(rank, Exception):
            raise rank
    (losses, states), (other_losses, other_states) = found
    for one, other in zip(losses, other_losses):
        assert one.keys() == other.keys()
        for key in one:
            assert one[key].isfinite() and other[key].isfinite(), key
    assert losses[0]['loss'] != other_losses[0]['loss']  # other videos
    for one, other in zip(states, other_states):
        assert one.keys() == other.keys()
        for key in one:
            assert torch.equal(one[key], other[key]), key
    first, last = states
    moved = [key for key in first if not torch.equal(first[key], last[key])]
    assert any(key.startswith('backbone.') for key in moved)
