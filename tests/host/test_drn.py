from pathlib import Path

import mmaction
import pytest

from tests.support.paths import ROOT


@pytest.fixture
def host_with_drn(tmp_path):
    """A folder with an mmaction that has the folder which releases lack."""
    stock, ours = Path(mmaction.__file__).parent, tmp_path / 'mmaction'
    for folder in '.', 'models', 'models/localizers':
        (ours / folder).mkdir()
        for entry in (stock / folder).iterdir():
            if entry.name not in ('models', 'localizers', 'drn'):
                (ours / folder / entry.name).symlink_to(entry)
    drn = ours / 'models' / 'localizers' / 'drn'
    drn.mkdir()
    # As in the host's repository, there is no __init__.py.
    (drn / 'drn.py').write_text('class DRN:\n    """Real."""\n')
    return tmp_path


def test_stand_in_raises_when_built():
    from mmaction.models.localizers import DRN

    with pytest.raises(ImportError, match='install mmaction2 from source'):
        DRN()


@pytest.mark.parametrize('torchvision', [True, False])
def test_real_folder_is_kept_where_it_imports(
    python, host_with_drn, monkeypatch, torchvision
):
    monkeypatch.setenv('PYTHONPATH', f'{host_with_drn}:{ROOT}')
    if torchvision:
        (host_with_drn / 'torchvision.py').touch()
    done = python(
        '-c',
        'import sys\n'
        + ('' if torchvision else 'sys.modules["torchvision"] = None\n')
        + 'import skdsrl_mmaction, mmaction\n'
        'from mmaction.models.localizers import DRN\n'
        'print(DRN.__doc__, mmaction.__file__)',
    )
    assert done.stdout.split()[-2:] == [
        'Real.' if torchvision else 'imported.',
        str(host_with_drn / 'mmaction' / '__init__.py'),
    ]
