"""The runner's report of its environment, without setuptools."""

import importlib.util
import platform


def report_environment_without_setuptools() -> None:
    """Let the runner start where its environment cannot be reported whole.

    Symptom: ``No module named 'setuptools'`` (with CUDA) or ``'distutils'``
    (from Python 3.12) when a ``Runner`` is built.

    Cause: to log CUDA's and the compiler's versions, MMEngine 0.10.7 imports
    ``torch.utils.cpp_extension``, which needs setuptools, and ``distutils``,
    which left Python and is now a part of setuptools. Python's and PyTorch's
    versions are logged instead, with the reason.

    Unnecessary once MMEngine imports neither.
    """
    if importlib.util.find_spec('setuptools') is not None:
        return
    from mmengine.runner import runner

    stock = runner.collect_env
    if getattr(stock, 'without_setuptools', False):
        return

    def collect_env() -> dict:
        import torch

        try:
            return stock()
        except ImportError as error:
            return {
                'Python': platform.python_version(),
                'PyTorch': torch.__version__,
                'Not reported': f'the rest: {error}',
            }

    collect_env.without_setuptools = True
    runner.collect_env = collect_env
