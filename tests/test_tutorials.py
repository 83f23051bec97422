"""The commands of the tutorials, in the order in which they are written."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

TUTORIALS = ROOT / 'tools/tutorials'


def run_commands(name, folder):
    """Run all commands of a tutorial in a folder, in one shell."""
    text = (TUTORIALS / name).read_text()
    commands = re.findall(r'^```bash\n(.*?)^```$', text, re.M | re.S)
    binaries = Path(sys.executable).parent
    path = f'{binaries}{os.pathsep}{os.environ["PATH"]}'
    done = subprocess.run(
        ['bash', '-euo', 'pipefail', '-c', '\n'.join(commands)],
        cwd=folder,
        env=dict(os.environ, PATH=path, PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert not done.returncode, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.slow
def test_own_data(tmp_path):
    printed = run_commands('own_data.md', tmp_path)
    assert 'acc/top1' in printed
    work_dir = tmp_path / 'work_dirs/my_config'
    for name in (
        'browse_views/contact_sheet.png',
        'analyze/analysis.html',
    ):
        assert (work_dir / name).is_file()
    (run,) = {path.parent for path in work_dir.glob('*/curves.png')}
    assert (run / 'views.png').is_file()
    (onnx,) = work_dir.glob('export/*.onnx')
    assert len(list(work_dir.glob('publish_model/*.pth'))) == 1
    # Names of the classes reach pictures and predictions.
    assert 'drift_up' in (work_dir / 'analyze/classes.csv').read_text()


@pytest.mark.slow
def test_own_config(tmp_path):
    printed = run_commands('own_config.md', tmp_path)
    rows = re.findall(r'^\| (\w\S*)', printed, re.M)
    assert len([row for row in rows if 'stock' in row]) >= 3
