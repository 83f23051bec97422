"""Runs that go wrong: by learning rate, by data, by the weight of a loss."""

import functools

import pytest
import torch
from mmaction.structures import ActionDataSample
from mmengine.dataset import BaseDataset
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import nn

from skdsrl_mmaction.engine.hooks import FiniteHook
from tests.support.ranks import run_ranks

SAMPLES = 8  # in batches of two: four iterations an epoch


class Net(BaseModel):
    """One BatchNorm and one weight, pulled towards 0."""

    def __init__(self, loss_weight=1.0, root=False):
        super().__init__()
        self.norm = nn.BatchNorm1d(1)
        self.weight = nn.Parameter(torch.ones(1))
        self.loss_weight = loss_weight
        self.root = root

    def forward(self, inputs, mode='loss', **kwargs):
        x = self.norm(torch.stack(inputs)) * self.weight
        loss = x.square().mean() * self.loss_weight
        if self.root:  # its value is 0, its gradient infinite
            loss = loss + (self.weight * 0).abs().sqrt().sum()
        return dict(loss_a=loss, loss_b=loss * 0, monitor=loss.detach())


class Numbers(BaseDataset):
    """Sample i is i + 1, NaN where it is bad."""

    def __init__(self, bad=(), absent=()):
        self.bad, self.absent = bad, absent
        super().__init__()

    def load_data_list(self):
        return [
            dict(
                inputs=torch.tensor([torch.nan if i in self.bad else i + 1.0]),
                data_samples=ActionDataSample(
                    metainfo=dict(filename=f'/videos/{i}.mp4')
                ),
            )
            for i in range(SAMPLES)
            if i not in self.absent
        ]


def runner(
    work_dir,
    bad=(),
    absent=(),
    model=None,
    lr=0.01,
    optim_wrapper=None,
    custom_hooks=(),
    by_epoch=True,
    epochs=2,
    resume=False,
    max_skips=0,
    launcher='none',
    cfg=None,
):
    steps = epochs if by_epoch else 4 * epochs
    return Runner(
        model or Net(),
        str(work_dir),
        train_dataloader=dict(
            batch_size=2,
            num_workers=0,
            sampler=dict(type='DefaultSampler', shuffle=False),
            dataset=Numbers(bad, absent),
        ),
        train_cfg={
            'by_epoch': by_epoch,
            'max_epochs' if by_epoch else 'max_iters': steps,
        },
        optim_wrapper=dict(
            optimizer=dict(type='SGD', lr=lr), **(optim_wrapper or {})
        ),
        default_hooks=dict(
            finite=dict(type='FiniteHook', max_skips=max_skips),
            checkpoint=dict(
                type='CheckpointHook',
                interval=1 if by_epoch else 4,
                by_epoch=by_epoch,
            ),
        ),
        custom_hooks=list(custom_hooks),
        default_scope='mmaction',
        resume=resume,
        launcher=launcher,
        cfg=cfg,
        experiment_name=f'finite_{work_dir.name}_{resume}',
    )


def saved(work_dir):
    """Names of the checkpoints, of which every weight is finite."""
    paths = sorted(work_dir.glob('*.pth'))
    for path in paths:
        content = torch.load(path)
        for part in ('state_dict', 'ema_state_dict'):
            for key, x in content.get(part, {}).items():
                assert x.isfinite().all(), (path, key)
    return [path.name for path in paths]


def test_by_data(tmp_path):
    with pytest.raises(FloatingPointError) as raised:
        runner(tmp_path, bad=[5], lr=0.25).train()
    message = str(raised.value)
    assert message.startswith(
        'the loss is not finite in epoch 1, iteration 3: loss=nan, '
        'loss_a=nan, loss_b=nan; learning rate 0.25; '
        'samples: /videos/4.mp4, /videos/5.mp4; '
    )
    assert saved(tmp_path) == []


def test_by_learning_rate(tmp_path):
    with pytest.raises(FloatingPointError, match='learning rate 1e\\+30;'):
        runner(tmp_path, lr=1e30, epochs=3).train()
    assert saved(tmp_path) == []


def test_by_the_weight_of_a_loss(tmp_path):
    with pytest.raises(FloatingPointError, match='iteration 1: .*loss_a=inf'):
        runner(tmp_path, model=Net(loss_weight=1e39)).train()
    assert saved(tmp_path) == []


def test_weight_of_a_loss_that_is_not_finite(tmp_path):
    model = Net(loss_weight=float('nan'))
    with pytest.raises(ValueError, match='model.loss_weight=nan'):
        runner(tmp_path, model=model).train()


class BadStep(Hook):
    """Makes a gradient of one iteration infinite, its loss not."""

    def __init__(self, last):
        self.last = last

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        runner.model.root = runner.iter + 1 == self.last


@pytest.mark.parametrize('by_epoch', [True, False])
def test_by_the_last_step_before_a_checkpoint(tmp_path, by_epoch):
    run = runner(
        tmp_path,
        by_epoch=by_epoch,
        custom_hooks=[BadStep(last=8)],
    )
    with pytest.raises(FloatingPointError, match='1 of 6 weights are not fin'):
        run.train()
    assert run.iter == 8 - (not by_epoch)
    assert len(saved(tmp_path)) == 1


def test_average_of_weights(tmp_path):
    hooks = [dict(type='EMAHook', update_buffers=True)]
    with pytest.raises(FloatingPointError):
        runner(tmp_path, bad=[7], custom_hooks=hooks).train()
    assert saved(tmp_path) == []


# --- steps that may be skipped -----------------------------------------------


def test_a_skipped_batch_leaves_no_trace(tmp_path, capfd):
    """Weights and statistics are those of a run that never had the batch."""
    run = runner(tmp_path / 'a', bad=[2], epochs=1, max_skips=1)
    run.train()
    assert run.message_hub.get_info('skipped_steps') == 1
    printed = ''.join(capfd.readouterr())
    assert 'not finite in epoch 1, iteration 2' in printed
    assert '/videos/2.mp4' in printed
    assert 'step skipped, 1 of at most 1' in printed

    other = runner(tmp_path / 'b', absent=[2, 3], epochs=1)
    other.train()
    expected = other.model.state_dict()
    for key, x in run.model.state_dict().items():
        assert torch.equal(x, expected[key]), key
    assert saved(tmp_path / 'a') == ['epoch_1.pth']


def test_too_many_skips(tmp_path):
    with pytest.raises(FloatingPointError, match='2 steps were skipped bef'):
        runner(tmp_path, bad=[0, 4, 6], max_skips=2).train()
    assert saved(tmp_path) == []


def test_skips_are_counted_over_resumes(tmp_path):
    runner(tmp_path, bad=[0], epochs=1, max_skips=2).train()
    run = runner(tmp_path, bad=[0], epochs=3, resume=True, max_skips=2)
    with pytest.raises(FloatingPointError, match='epoch 3, iteration 9'):
        run.train()
    assert saved(tmp_path) == ['epoch_1.pth', 'epoch_2.pth']


def test_a_skipped_batch_is_not_accumulated(tmp_path):
    """Four iterations, of which one is skipped: one step, of two batches."""
    options = dict(
        epochs=1, optim_wrapper=dict(accumulative_counts=2), max_skips=1
    )
    run = runner(tmp_path / 'a', bad=[2], **options)
    run.train()
    other = runner(tmp_path / 'b', absent=[2, 3, 6, 7], **options)
    other.train()
    assert torch.equal(run.model.weight, other.model.weight)
    assert run.model.weight != 1


def test_average_of_weights_when_a_step_is_skipped(tmp_path):
    hooks = [dict(type='EMAHook', update_buffers=True)]
    runner(tmp_path, bad=[7], custom_hooks=hooks, max_skips=9).train()
    assert saved(tmp_path) == ['epoch_1.pth', 'epoch_2.pth']


def test_no_negative_number_of_skips():
    with pytest.raises(ValueError, match='max_skips must be >= 0.*-1'):
        FiniteHook(max_skips=-1)


# --- mixed precision ---------------------------------------------------------


@pytest.fixture
def amp(monkeypatch):
    """``AmpOptimWrapper`` on the CPU, whose first scales overflow."""
    module = 'mmengine.optim.optimizer.amp_optimizer_wrapper'
    scaler = functools.partial(torch.amp.GradScaler, 'cpu')
    monkeypatch.setattr(f'{module}.GradScaler', scaler)
    monkeypatch.setattr(f'{module}.is_cuda_available', lambda: True)
    return dict(
        type='AmpOptimWrapper',
        dtype='bfloat16',
        loss_scale=dict(init_scale=2.0**127, backoff_factor=2.0**-30),
    )


@pytest.mark.parametrize('max_skips', [0, 1])
def test_gradients_that_the_scaler_skips_are_normal(tmp_path, amp, max_skips):
    model = Net(loss_weight=100)
    run = runner(tmp_path, model=model, optim_wrapper=amp, max_skips=max_skips)
    run.train()
    scale = run.optim_wrapper.loss_scaler.get_scale()
    assert scale < 2.0**127 and run.model.weight != 1
    assert 'skipped_steps' not in run.message_hub.runtime_info
    assert saved(tmp_path) == ['epoch_1.pth', 'epoch_2.pth']


def test_loss_that_is_not_finite_under_amp(tmp_path, amp):
    with pytest.raises(FloatingPointError, match='iteration 3: loss=nan'):
        runner(tmp_path, bad=[5], optim_wrapper=amp).train()
    amp['loss_scale']['init_scale'] = 1.0
    run = runner(
        tmp_path / 'b', bad=[5], epochs=1, optim_wrapper=amp, max_skips=1
    )
    run.train()
    assert run.message_hub.get_info('skipped_steps') == 1
    assert saved(tmp_path / 'b') == ['epoch_1.pth']


# --- two processes -----------------------------------------------------------


def process(out):
    torch.distributed.init_process_group('gloo')
    messages = {}
    # Batches hold samples 0 and 2, 1 and 3, and so on: one of each rank.
    for name, bad, max_skips in (('stop', 7, 0), ('skip', 3, 2)):
        run = runner(
            out / name,
            bad=[bad],
            max_skips=max_skips,
            launcher='pytorch',
            cfg=dict(
                model_wrapper_cfg=dict(
                    type='MMDistributedDataParallel',
                    device_ids=None,
                    broadcast_buffers=False,
                )
            ),
        )
        try:
            run.train()
            messages[name] = f'trained, {run.model.module.weight.item()}'
        except FloatingPointError as error:
            messages[name] = str(error)
    return messages


def test_all_processes_stop_or_skip(tmp_path):
    ranks = run_ranks(process, 2, tmp_path)
    first, second = (messages['stop'] for messages in ranks)
    assert 'iteration 2: in another process' in first
    assert '/videos/4.mp4, /videos/6.mp4' in first
    assert 'iteration 2: loss=nan' in second
    assert '/videos/5.mp4, /videos/7.mp4' in second
    assert saved(tmp_path / 'stop') == []

    first, second = (messages['skip'] for messages in ranks)
    assert first == second and first.startswith('trained, 0.9')
    assert saved(tmp_path / 'skip') == ['epoch_1.pth', 'epoch_2.pth']
