from contextlib import nullcontext

import pytest
import torch
from mmaction.registry import OPTIM_WRAPPERS
from mmengine.config import Config
from mmengine.optim import AmpOptimWrapper, build_optim_wrapper
from torch import nn

from skdsrl_mmaction.engine import optimizers, prepare_device
from skdsrl_mmaction.engine.optimizers import cpu_amp

CPUINFO = """\
processor\t: 0
model name\t: some CPU
flags\t\t: fpu {0} sse
bogomips\t: 1
processor\t: 1
flags\t\t: fpu {0} sse
"""


@pytest.fixture
def cpu(monkeypatch, tmp_path):
    """A machine without CUDA; call it with the flags of its CPU."""
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)

    def with_flags(flags):
        (tmp_path / 'cpuinfo').write_text(CPUINFO.format(flags))
        monkeypatch.setattr(cpu_amp, 'CPUINFO', tmp_path / 'cpuinfo')

    return with_flags


def config(**wrapper):
    cfg = Config.fromfile('configs/skdsrl_r3d18_ucf101.py')
    cfg.optim_wrapper.update(type='AmpOptimWrapper', **wrapper)
    return cfg


@pytest.mark.parametrize(
    'flags, found',
    [
        ('avx512_bf16', ['avx512_bf16']),
        ('avx512f amx_tile amx_bf16', ['amx_bf16']),
        ('avx2 avx512f avx512_vnni', []),
        ('', []),
    ],
)
def test_instructions(cpu, flags, found):
    cpu(flags)
    assert cpu_amp.bf16_instructions() == found


@pytest.mark.parametrize(
    'kind', ['AmpOptimWrapper', 'mmengine.AmpOptimWrapper', AmpOptimWrapper]
)
def test_amp_without_cuda(cpu, kind):
    cfg = config()
    cfg.optim_wrapper.type = kind
    cpu('avx2')
    with pytest.raises(
        ValueError, match='--amp.* needs .*CUDA .*amx_bf16 or avx512_bf16, and'
    ):
        prepare_device(cfg, training=True)
    cpu('amx_bf16')
    prepare_device(cfg, training=True)
    assert cfg.optim_wrapper.type == 'CPUAmpOptimWrapper'


def test_other_precisions_are_refused(cpu):
    cpu('amx_bf16')
    with pytest.raises(ValueError, match="dtype='float16' needs a CUDA"):
        prepare_device(config(dtype='float16'), training=True)
    prepare_device(config(dtype='bfloat16'), training=True)


@OPTIM_WRAPPERS.register_module()
class OwnAmp(AmpOptimWrapper):
    """May do anything."""


def test_subclasses_are_left_alone(cpu):
    cfg = config()
    cfg.optim_wrapper.type = 'OwnAmp'
    cpu('amx_bf16')
    with pytest.raises(ValueError, match="type='OwnAmp' needs a CUDA"):
        prepare_device(cfg, training=True)


def test_a_step(cpu):
    """The forward is in bfloat16, weights and gradients in float32."""
    cpu('amx_bf16')
    cfg = config(loss_scale='dynamic', clip_grad=dict(max_norm=1))
    cfg.optim_wrapper.optimizer = dict(type='SGD', lr=1.0)
    optimizers.use_cpu_amp(cfg)
    model = nn.Linear(3, 2, bias=False)
    before = model.weight.detach().clone()
    optim_wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    assert type(optim_wrapper) is optimizers.CPUAmpOptimWrapper
    with optim_wrapper.optim_context(model):
        out = model(torch.ones(4, 3))
    assert out.dtype == torch.bfloat16
    assert model(torch.ones(4, 3)).dtype == torch.float32
    optim_wrapper.update_params(out.sum())
    assert model.weight.dtype == torch.float32
    step = (model.weight - before).norm().item()
    assert step == pytest.approx(1, rel=1e-3)  # the clipped gradient


@pytest.mark.parametrize('frames', [1, 2, 3, 4])
@pytest.mark.parametrize('depth', [3, 5])
def test_gradients_of_convolutions_over_few_frames(frames, depth):
    """Wrong in oneDNN 3.12 for 1 < frames < depth, on AVX512-BF16."""
    conv = nn.Conv3d(32, 32, (depth, 3, 3), padding=(depth // 2, 1, 1))
    wrapper = optimizers.CPUAmpOptimWrapper(
        optimizer=torch.optim.SGD(conv.parameters(), lr=1)
    )
    x, weight = torch.randn(2, 32, frames, 5, 5), torch.randn(32, 1, 1, 1)
    gradients = []
    for context in wrapper.optim_context(conv), nullcontext():
        conv.zero_grad()
        with context:
            out = conv(x)
        (out.float() * weight).sum().backward()
        gradients.append(conv.weight.grad.clone())
    low, full = gradients
    assert (low - full).abs().max() < 0.02 * full.abs().max()
    assert conv(x).dtype == torch.float32  # the context is left
