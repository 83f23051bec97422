import pytest

from skdsrl_mmaction.utils.extras import has, need


def test_what_is_installed_is_not_asked_for():
    assert has('torch')
    need('torch', 'torch', 'benchmark', 'this needs')


def test_the_error_says_what_to_install():
    with pytest.raises(
        ImportError,
        match=r'^--cluster needs sub-mit; install it by pip install '
        r"'skdsrl_mmaction\[benchmark\]'$",
    ):
        need('no_such_module', 'sub-mit', 'benchmark', '--cluster needs')
