"""Device, memory and versions of the machine that runs a benchmark."""

import resource
import sys
from typing import Dict

import cv2
import mmaction
import mmcv
import mmengine
import numpy
import torch

from ..version import __version__


def device_name() -> str:
    """The first GPU, or the CPU with its number of threads."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return f'cpu, {torch.get_num_threads()} thread(s)'


def peak_memory() -> int:
    """Highest memory so far, in bytes: allocated on the GPU, or resident."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == 'darwin' else peak * 1024


def versions() -> Dict[str, str]:
    """Versions of all that takes part."""
    modules = (torch, mmengine, mmcv, mmaction, numpy, cv2)
    return {
        'python': sys.version.split()[0],
        **{module.__name__: module.__version__ for module in modules},
        'skdsrl_mmaction': __version__,
    }
