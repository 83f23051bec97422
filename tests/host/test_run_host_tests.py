from tests.support.paths import ROOT

SCRIPT = ROOT / 'tests/host/run_host_tests.py'
TESTS = """
import sys


def test_good():
    assert 'skdsrl_mmaction' in sys.modules


def test_package():
    raise ModuleNotFoundError("No module named 'timm'")


def test_package_of_tests():
    raise ModuleNotFoundError("No module named 'parameterized'")


def test_network():
    raise OSError('urlopen error: Name or service not known')


def test_file():
    open('nothing.txt')


def test_fault():
    raise ModuleNotFoundError("No module named 'pkg_resources'")
"""


def test_failures_are_listed_by_cause(python, tmp_path):
    folder = tmp_path / 'tests' / 'utils'
    folder.mkdir(parents=True)
    (folder / 'test_it.py').write_text(TESTS)
    done = python(SCRIPT, tmp_path, 'utils', check=False)
    found = {}
    for line in done.stdout.splitlines():
        head, _, rest = line.partition(': ')
        if rest.isdigit():
            cause = head
        elif head.startswith('  tests/'):
            found[head.split('::')[-1]] = cause
    assert found == {
        'test_package': 'optional package',
        'test_package_of_tests': 'optional package',
        'test_network': 'network',
        'test_file': 'file that the release lacks',
        'test_fault': 'fault',
    }
    assert '1 passed, 5 failed' in done.stdout and done.returncode == 1
    assert [path.name for path in folder.iterdir()] == ['test_it.py']


def test_missing_folder(python, tmp_path):
    (tmp_path / 'tests').mkdir()
    done = python(SCRIPT, tmp_path, 'utils', check=False)
    assert done.returncode == 2 and "no ['utils'] in tests/" in done.stderr
