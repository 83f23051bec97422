"""Devices, memory and versions of the machine that runs a benchmark."""

import os
import os.path as osp
import resource
import subprocess
import sys
from typing import Dict, List, Optional

import cv2
import mmaction
import mmcv
import mmengine
import numpy
import torch

from ..version import __version__


def device_name() -> str:
    """Return the name of the first GPU, or what times on a CPU rest on.

    Returns:
        str: On a CPU its vector instructions and the number of threads.
    """
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    instructions = torch.backends.cpu.get_cpu_capability()
    return f'cpu ({instructions}), {torch.get_num_threads()} thread(s)'


def granted_gpus() -> List[str]:
    """Return the GPUs that this process may use.

    Returns:
        list[str]: Each as ``CUDA_VISIBLE_DEVICES`` names it: an index of the
        machine, or a UUID. Empty without CUDA.
    """
    count = torch.cuda.device_count()
    granted = os.environ.get('CUDA_VISIBLE_DEVICES')
    if granted is None:
        return [str(i) for i in range(count)]
    # CUDA ignores what follows the first name that is not valid.
    return [name.strip() for name in granted.split(',')][:count]


def peak_memory() -> int:
    """Return the peak memory in bytes: allocated on the GPU, or resident."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == 'darwin' else peak * 1024


def versions() -> Dict[str, str]:
    """Return the versions of Python and of the packages that take part."""
    modules = (torch, mmengine, mmcv, mmaction, numpy, cv2)
    return {
        'python': sys.version.split()[0],
        **{module.__name__: module.__version__ for module in modules},
        'skdsrl_mmaction': __version__,
    }


def commit() -> Optional[str]:
    """Return the commit of this package, with '+' if files have changed.

    Returns:
        str, optional: Twelve hexadecimal digits; None outside a checkout,
        also if the package is installed somewhere below another one.
    """
    folder, name = osp.split(osp.abspath(__file__))

    def git(*args: str) -> str:
        return subprocess.run(
            ['git', *args],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    try:
        git('ls-files', '--error-unmatch', name)
        return git('describe', '--always', '--abbrev=12', '--dirty=+')
    except (OSError, subprocess.CalledProcessError):
        return None
