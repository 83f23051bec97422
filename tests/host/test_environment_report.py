import pytest

REPORT = """
import sys
for name in sys.argv[1:]:
    sys.modules[name] = None
import skdsrl_mmaction
from mmengine.runner import runner

collect = sys.modules['mmengine.utils.dl_utils.collect_env']
collect.is_cuda_available = lambda: True
print(dict(runner.collect_env()))
"""


@pytest.mark.parametrize(
    'missing, told', [([], 'setuptools'), (['distutils'], 'distutils')]
)
def test_runner_reports_without_setuptools(python, missing, told):
    report = python('-c', REPORT, 'setuptools', *missing).stdout
    assert told in report and "'PyTorch'" in report


def test_stock_report_is_kept(python):
    code = (
        'import skdsrl_mmaction\n'
        'from mmengine.runner import runner\n'
        'print(runner.collect_env.__module__)'
    )
    done = python('-c', code)
    assert done.stdout.split()[-1] == 'mmengine.utils.dl_utils.collect_env'
