from types import SimpleNamespace

import pytest

from skdsrl_mmaction import host


def test_mobileone_names_the_package_it_needs():
    from mmaction.registry import MODELS

    with pytest.raises(ImportError, match='MobileOneTSM.*mmpretrain'):
        MODELS.build(dict(type='MobileOneTSM', arch='s0'))


def test_mobileone_of_the_host_is_kept(monkeypatch):
    from mmaction.registry import MODELS

    real = SimpleNamespace()
    monkeypatch.setitem(MODELS.module_dict, 'MobileOneTSM', real)
    host.name_mmpretrain()
    assert MODELS.get('MobileOneTSM') is real
