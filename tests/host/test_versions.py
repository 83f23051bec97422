import sys

import pytest

from skdsrl_mmaction import host


def test_missing_packages_say_what_to_install(python):
    code = (
        'import sys\n'
        'for name in "mmaction", "mmcv", "mmengine", "cv2":\n'
        '    sys.modules[name] = None\n'
        'import skdsrl_mmaction\n'
    )
    done = python('-c', code, check=False)
    assert 'needs mmengine: pip install "mmengine>=0.10.0,' in done.stderr


def test_missing_mmaction_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, 'mmaction', None)
    with pytest.raises(ImportError, match='"mmaction2>=1.2.0.*--no-deps'):
        host.check_versions()


def test_missing_mmcv_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, 'mmcv', None)
    with pytest.raises(ImportError, match='pip install "mmcv-lite>=2.0.0rc4,'):
        host.check_versions()


@pytest.mark.parametrize(
    'version, good',
    [
        ('2.0.0rc3', False),
        ('2.0.0rc4', True),
        ('2.1.0', True),
        ('2.2.0', False),
    ],
)
def test_mmcv_range(monkeypatch, version, good):
    monkeypatch.setattr('mmcv.__version__', version)
    if good:
        host.check_versions()
    else:
        with pytest.raises(ImportError, match=f'mmcv.*found mmcv {version}'):
            host.check_versions()
