"""Run MMAction2's own tests on the installed MMAction2, our plugin imported.

    python tests/host/run_host_tests.py CHECKOUT [FOLDER ...]

The failures are listed by cause; those of the last cause, if any, are faults,
and the exit status is 1.
"""

import argparse
import os
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

FOLDERS = [
    'apis',
    'datasets',
    'engine',
    'evaluation',
    'models',
    'structures',
    'utils',
    'visualization',
]
FAULT = 'fault'
OPTIONAL = (
    'clip|imgaug|mmcls|mmdet|mmpose|mmpretrain|parameterized|pims|tensorboard'
    '|timm|torchvision'
)
# The first pattern that an error's text matches is its cause. The classes that
# cannot be imported are those that MMAction2 only defines beside MMDetection.
CAUSES = {
    'optional package': f"No module named '({OPTIONAL})"
    "|cannot import name '(ACRNHead|BBoxHeadAVA|FBOHead)'"
    '|needs mmpretrain',
    'network': r'URLError|ConnectionError|HTTPSConnection|getaddrinfo'
    r'|Name or service not known|Temporary failure in name resolution',
    'file that the release lacks': r'FileNotFoundError|No such file',
    FAULT: '',
}


class Outcomes:
    """Plugin of pytest that keeps each test's outcome and error."""

    def __init__(self) -> None:
        self.counts = Counter()
        self.errors = {}

    def pytest_collectreport(self, report) -> None:
        if report.failed:
            self._fail(report)

    def pytest_runtest_logreport(self, report) -> None:
        if report.failed:
            self._fail(report)
        elif report.when == 'call' or report.skipped:
            self.counts[report.outcome] += 1

    def _fail(self, report) -> None:
        self.counts['failed'] += 1
        marked = re.findall(r'^E +(.*)', report.longreprtext, re.MULTILINE)
        self.errors[report.nodeid] = ' '.join(marked) or report.longreprtext

    def by_cause(self) -> dict:
        """Return {cause: [(test, error)]}, only of causes that occurred."""
        found = defaultdict(list)
        for test, error in self.errors.items():
            cause = next(c for c, p in CAUSES.items() if re.search(p, error))
            found[cause].append((test, error))
        return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument(
        'checkout',
        type=Path,
        help='checkout of MMAction2, at the version that is installed',
    )
    parser.add_argument(
        'folders',
        nargs='*',
        default=FOLDERS,
        metavar='folder',
        help=f'folders or files in its tests/ (default: {" ".join(FOLDERS)})',
    )
    args = parser.parse_args()
    tests = args.checkout.resolve() / 'tests'
    missing = [name for name in args.folders if not (tests / name).exists()]
    if missing:
        parser.error(f'checkout={args.checkout}: no {missing} in tests/')

    # Before any test, so that the host is repaired.
    from mmaction.testing import _utils as testing

    import skdsrl_mmaction  # noqa: F401

    # The helper looks for configs/ two folders up; a release has none there.
    testing.__file__ = str(tests.parent / 'mmaction' / 'testing' / 'x.py')
    os.chdir(args.checkout)
    sys.dont_write_bytecode = True
    outcomes = Outcomes()
    status = pytest.main(
        [
            *('-q', '-rN'),
            '--tb=short',
            '--show-capture=no',
            '--disable-warnings',
            '--continue-on-collection-errors',
            # The checkout is neither written to nor asked for options.
            *('-p', 'no:cacheprovider', '-c', os.devnull),
            f'--rootdir={args.checkout.resolve()}',
            *(str(tests / name) for name in args.folders),
        ],
        plugins=[outcomes],
    )
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        return status
    by_cause = outcomes.by_cause()
    report(outcomes.counts, by_cause)
    return int(FAULT in by_cause)


def report(counts: Counter, by_cause: dict) -> None:
    print('\n' + ', '.join(f'{n} {kind}' for kind, n in counts.items()))
    for cause in CAUSES:
        failures = by_cause.get(cause, [])
        print(f'\n{cause}: {len(failures)}')
        for test, error in failures:
            print(f'  {test}: {error[:200]}')


if __name__ == '__main__':
    sys.exit(main())
