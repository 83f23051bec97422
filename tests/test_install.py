"""What an installation holds, and what it requires."""

import ast
import configparser
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import importlib_metadata
import pytest
from mmengine.config import Config
from packaging.requirements import Requirement

from skdsrl_mmaction import host
from tests.support.paths import ROOT

# Where the name of an import is not that of its distribution.
DISTRIBUTIONS = {
    'cv2': 'opencv-python',
    'mmaction': 'mmaction2',
    'mmcv': 'mmcv-lite',
    'PIL': 'pillow',
    'pkg_resources': 'setuptools',
    'sklearn': 'scikit-learn',
    'yaml': 'pyyaml',
}


def source_files():
    """What the wheel must carry in ``.mim``, by its path there."""
    names = ['model-index.yml']
    for folder, kinds in (
        ('configs', {'.py', '.yml'}),
        ('tools', {'.py', '.sh'}),
    ):
        names += [
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / folder).rglob('*')
            if path.suffix in kinds and 'results' not in path.parts
        ]
    return names


@pytest.fixture(scope='module')
def built(tmp_path_factory):
    """Folder with an sdist, a wheel, and a wheel built from the sdist."""
    folder = tmp_path_factory.mktemp('built')

    def build(kind, tree, out):
        code = 'import sys; from setuptools import build_meta as backend; '
        code += f'backend.build_{kind}(sys.argv[1])'
        subprocess.run([sys.executable, '-c', code, out], cwd=tree, check=True)

    tree = folder / 'tree'
    tree.mkdir()
    for path in ROOT.iterdir():
        if path.name in ('skdsrl_mmaction', 'configs', 'tools'):
            shutil.copytree(path, tree / path.name, symlinks=True)
        elif path.is_file():
            shutil.copy(path, tree)
    build('wheel', tree, folder)
    shutil.rmtree(tree / 'build')
    build('sdist', tree, folder)
    with tarfile.open(next(folder.glob('*.tar.gz'))) as archive:
        archive.extractall(folder / 'sdist')
    build('wheel', next((folder / 'sdist').iterdir()), folder / 'sdist')
    return folder


@pytest.fixture(scope='module')
def unpacked(built):
    """The content of the wheel, in a folder."""
    with zipfile.ZipFile(next(built.glob('*.whl'))) as wheel:
        wheel.extractall(built / 'unpacked')
    return built / 'unpacked'


def test_wheel_carries_configs_and_tools(unpacked):
    mim = unpacked / 'skdsrl_mmaction/.mim'
    names = source_files()
    assert 'configs/_base_/models/r3d50.py' in names
    assert 'tools/data/shrink_videos.py' in names
    for name in names:
        assert (mim / name).read_bytes() == (ROOT / name).read_bytes()


def test_wheel_carries_no_results_and_no_tests(unpacked):
    names = [path.name for path in unpacked.iterdir()]
    assert sorted(name for name in names if 'dist-info' not in name) == [
        'skdsrl_mmaction',
    ]
    assert not list(unpacked.rglob('results'))
    assert not list(unpacked.rglob('*.json'))


def test_sdist_holds_files_and_makes_the_same_wheel(built):
    with tarfile.open(next(built.glob('*.tar.gz'))) as archive:
        assert not [x.name for x in archive if x.issym() or x.islnk()]
    contents = []
    for folder in (built, built / 'sdist'):
        with zipfile.ZipFile(next(folder.glob('*.whl'))) as wheel:
            contents.append(
                {
                    name: wheel.read(name)
                    for name in wheel.namelist()
                    if not name.endswith('RECORD')
                }
            )
    assert contents[0] == contents[1]


def test_wheel_works_without_a_checkout(unpacked, tmp_path):
    """Config by name, in a process that sees nothing but the wheel."""
    code = (
        'import skdsrl_mmaction as package\n'
        'from skdsrl_mmaction.cli import main as skdsrl\n'
        'from skdsrl_mmaction.utils import read_config\n'
        "cfg = read_config('skdsrl_mmaction::skdsrl_r3d50_k400.py')\n"
        "cfg.dump('dumped.py')\n"
        'print(len(skdsrl.find_commands()), package.__file__)'
    )
    done = subprocess.run(
        [sys.executable, '-c', code],
        env={'PYTHONPATH': str(unpacked), 'PATH': ''},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr
    count, path = done.stdout.split()[-2:]
    assert Path(path).is_relative_to(unpacked)
    assert int(count) == len(list((ROOT / 'tools').rglob('*.py')))
    expected = Config.fromfile(ROOT / 'configs/skdsrl_r3d50_k400.py')
    dumped = Config.fromfile(tmp_path / 'dumped.py')
    assert dumped.pretty_text == expected.pretty_text


def requirements(*extras):
    """Names in setup.cfg that an installation with these extras gets."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / 'setup.cfg')
    lines = setup['options']['install_requires']
    for extra in extras:
        lines += setup['options.extras_require'][extra]
    return {
        re.match(r'[\w.-]+', line)[0].lower()
        for line in lines.split('\n')
        if line.strip()
    }


def imports(folder):
    """Top-level names that the modules below a folder import."""
    for path in folder.rglob('*.py'):
        for node in ast.walk(ast.parse(path.read_text('utf-8'))):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield node.module


def undeclared(folder, declared):
    found = {name.split('.')[0] for name in imports(folder)}
    found -= {*sys.stdlib_module_names, 'skdsrl_mmaction', 'tests'}
    return {
        name
        for name in found
        if DISTRIBUTIONS.get(name, name).lower() not in declared
    }


@pytest.mark.skipif(
    sys.version_info < (3, 10), reason='sys.stdlib_module_names'
)
def test_whatever_is_imported_is_declared():
    extras = ['lite', 'analysis', 'export', 'benchmark']
    declared = requirements(*extras)
    assert undeclared(ROOT / 'skdsrl_mmaction', declared) == set()
    assert (
        undeclared(ROOT / 'tests', declared | requirements('tests')) == set()
    )
    # The check itself: without the extra, mmcv is not declared.
    assert undeclared(ROOT / 'skdsrl_mmaction', requirements()) >= {'mmcv'}


def test_mmaction2_can_be_installed_without_its_requirements(monkeypatch):
    """As where decord has no wheel: this package requires the others."""
    needed = {
        re.match(r'[\w.-]+', line)[0].lower()
        for line in importlib_metadata.requires('mmaction2')
        if 'extra ==' not in line
    }
    assert 'decord' in needed and 'einops' in needed
    # Both packages are the module cv2.
    needed.remove('opencv-contrib-python')
    assert needed <= requirements()

    monkeypatch.setitem(sys.modules, 'mmaction', None)
    with pytest.raises(ImportError, match='--no-deps "mmaction2>=1.2.0,<1.3'):
        host.check_versions()


@pytest.mark.parametrize(
    'system, machine, wheels',
    [
        ('linux', 'x86_64', True),
        ('win32', 'AMD64', True),
        ('linux', 'aarch64', False),
        ('darwin', 'arm64', False),
        ('darwin', 'x86_64', False),
    ],
)
def test_decord_only_where_it_has_a_wheel(system, machine, wheels):
    """Wheels of decord 0.6.0 for Python 3.9 and later, on its index."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / 'setup.cfg')
    markers = {
        line.name: line.marker
        for line in map(
            Requirement,
            setup['options']['install_requires'].strip().split('\n'),
        )
        if line.marker
    }
    assert sorted(markers) == ['decord', 'mmaction2']
    platform = dict(sys_platform=system, platform_machine=machine)
    for marker in markers.values():
        assert marker.evaluate(platform) is wheels
