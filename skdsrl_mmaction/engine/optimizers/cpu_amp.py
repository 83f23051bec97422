import re
from contextlib import contextmanager, suppress
from typing import Callable, List

import torch
from mmaction.registry import OPTIM_WRAPPERS
from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from torch import Tensor, nn

from ...utils import find_type, is_a

CPUINFO = '/proc/cpuinfo'
# As Linux names them there.
BF16_INSTRUCTIONS = ('amx_bf16', 'avx512_bf16')


@OPTIM_WRAPPERS.register_module()
class CPUAmpOptimWrapper(OptimWrapper):
    """Train in mixed precision on a CPU, as ``AmpOptimWrapper`` on a GPU.

    The model runs under autocast in bfloat16, whose range is that of float32,
    so that the loss needs no scale. ``Conv3d`` runs in float32 where its
    input has 2 frames or more, but fewer than its kernel: in bfloat16, oneDNN
    3.12 (PyTorch 2.13) then returns gradients of its weight that depend on
    uninitialised memory, seen on a CPU with AVX512-BF16.

    Args:
        **kwargs: Those of ``OptimWrapper``.
    """

    @contextmanager
    def optim_context(self, model: nn.Module):
        """Enter the contexts of a training step.

        Args:
            model (nn.Module): The model that is trained.
        """
        stock = nn.Conv3d.forward
        autocast = torch.autocast('cpu', torch.bfloat16)
        with super().optim_context(model), autocast:
            nn.Conv3d.forward = _conv3d_forward
            try:
                yield
            finally:
                nn.Conv3d.forward = stock


def _conv3d_forward(
    self: nn.Conv3d, x: Tensor, stock: Callable = nn.Conv3d.forward
) -> Tensor:
    if 1 < x.shape[-3] < self.kernel_size[0]:
        with torch.autocast('cpu', enabled=False):
            return stock(self, x.float())
    return stock(self, x)


def bf16_instructions() -> List[str]:
    """Return which of :data:`BF16_INSTRUCTIONS` this CPU has.

    Without them bfloat16 is emulated, which is slower than float32.
    """
    text = ''
    with suppress(OSError):  # not Linux
        with open(CPUINFO) as file:
            text = file.read()
    flags = re.search(r'^flags\s*:(.*)', text, re.MULTILINE)
    found = flags.group(1).split() if flags else []
    return [name for name in BF16_INSTRUCTIONS if name in found]


def use_cpu_amp(cfg: Config) -> None:
    """Let a config of mixed precision train without CUDA.

    Args:
        cfg (Config): The whole config. If its optimizer wrapper is
            ``AmpOptimWrapper``, it becomes :class:`CPUAmpOptimWrapper`.

    Raises:
        ValueError: If this CPU has no bfloat16, or the config asks for what
            needs CUDA.
    """
    wrapper = cfg.get('optim_wrapper') or {}
    kind = wrapper.get('type')
    if not is_a(OPTIM_WRAPPERS, kind, AmpOptimWrapper):
        return
    if find_type(OPTIM_WRAPPERS, kind) is not AmpOptimWrapper:
        raise ValueError(f'optim_wrapper.type={kind!r} needs a CUDA device')
    if not bf16_instructions():
        raise ValueError(
            "--amp (optim_wrapper.type='AmpOptimWrapper') needs a CUDA device "
            f'or a CPU with {" or ".join(BF16_INSTRUCTIONS)}, and there is '
            'neither; train in float32, or on another machine'
        )
    dtype = wrapper.get('dtype')
    if dtype not in (None, 'bfloat16', torch.bfloat16):
        raise ValueError(
            f'optim_wrapper.dtype={dtype!r} needs a CUDA device and there is '
            "none; leave it out, or set 'bfloat16'"
        )
    wrapper['type'] = CPUAmpOptimWrapper.__name__
    for key in ('dtype', 'loss_scale'):
        wrapper.pop(key, None)
    print_log('--amp: autocast in bfloat16 on the CPU, without a loss scale')
