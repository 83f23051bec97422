import pkgutil

import pytest
from mmcv.utils import ext_loader
from mmengine.utils.dl_utils import misc

from skdsrl_mmaction import host


@pytest.fixture
def without(monkeypatch):
    """The modules as Python 3.14 has them."""
    monkeypatch.delattr(pkgutil, 'find_loader', raising=False)
    for module in misc, ext_loader:
        monkeypatch.setattr(module, 'pkgutil', pkgutil)
    for find in misc.mmcv_full_available, ext_loader.check_ops_exist:
        with pytest.raises(AttributeError, match='find_loader'):
            find()


@pytest.mark.usefixtures('without')
@pytest.mark.parametrize('is_full', [False, True])
def test_compiled_operators_are_found(is_full, monkeypatch, tmp_path):
    host.give_find_loader()
    (tmp_path / '_ext.py').touch()
    monkeypatch.setattr('mmcv.__path__', [str(tmp_path)] * is_full)
    assert misc.mmcv_full_available() is is_full
    assert ext_loader.check_ops_exist() is is_full
    assert not hasattr(pkgutil, 'find_loader')


def test_python_s_own_is_kept(monkeypatch):
    monkeypatch.setattr(misc, 'pkgutil', pkgutil)
    monkeypatch.setattr(pkgutil, 'find_loader', print, raising=False)
    host.give_find_loader()
    assert misc.pkgutil is pkgutil
