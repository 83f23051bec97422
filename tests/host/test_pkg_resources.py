import importlib
import os.path as osp
import sys

import mmaction
import pytest
from mmengine.utils import get_installed_path, is_installed
from mmengine.utils.package_utils import package2module

from skdsrl_mmaction import host
from skdsrl_mmaction.utils import read_config


@pytest.fixture(params=['as installed', 'without pkg_resources'])
def repaired(request, monkeypatch):
    if request.param == 'without pkg_resources':
        monkeypatch.setitem(sys.modules, 'pkg_resources', None)
        host.serve_pkg_resources()
        assert sys.modules['pkg_resources'] is host.pkg_resources


@pytest.mark.usefixtures('repaired')
class TestMMEngine:
    def test_is_installed(self):
        assert is_installed('mmaction2')  # a distribution
        assert is_installed('mmaction')  # a module
        assert not is_installed('no-such-package')

    @pytest.mark.parametrize('package', ['mmaction2', 'mmaction'])
    def test_get_installed_path(self, package):
        assert get_installed_path(package) == osp.dirname(mmaction.__file__)

    def test_package2module(self):
        assert package2module('mmaction2') == 'mmaction'

    def test_missing_package(self):
        import pkg_resources

        with pytest.raises(pkg_resources.DistributionNotFound):
            get_installed_path('no-such-package')

    def test_base_of_another_package(self, tmp_path):
        config = tmp_path / 'config.py'
        config.write_text('_base_ = "mmaction::_base_/models/tsm_r50.py"\n')
        assert read_config(str(config)).model._scope_ == 'mmaction'


def test_a_real_one_is_kept(monkeypatch):
    real = importlib.import_module('json')
    monkeypatch.setitem(sys.modules, 'pkg_resources', real)
    host.serve_pkg_resources()
    assert sys.modules['pkg_resources'] is real


def test_old_namespace_packages_fall_back(monkeypatch):
    """They catch the ImportError of a missing ``pkg_resources``."""
    monkeypatch.setitem(sys.modules, 'pkg_resources', None)
    host.serve_pkg_resources()
    with pytest.raises(ImportError, match='declare_namespace'):
        __import__('pkg_resources').declare_namespace('a')
    assert not hasattr(sys.modules['pkg_resources'], '__warningregistry__')


def test_syspath_prepend_of_pytest(monkeypatch, tmp_path):
    """It calls a function of any ``pkg_resources`` that was imported."""
    monkeypatch.setitem(sys.modules, 'pkg_resources', None)
    host.serve_pkg_resources()
    with monkeypatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        assert sys.path[0] == str(tmp_path)
