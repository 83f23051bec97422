"""What ``make demo`` runs, on a few of its videos."""

from pathlib import Path

import pytest
from PIL import Image

from skdsrl_mmaction.cli import make_demo_data, run_demo

pytest.importorskip('plotly')
pytest.importorskip('sklearn')


@pytest.mark.slow
def test_what_is_printed_is_there(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    few = ['--train', '2', '--val', '1', '--test', '2']
    make_demo_data.main(['data/demo', *few])
    run_demo.main([])
    lines = capfd.readouterr().out.splitlines()[-6:]
    found = dict(line.split(': ') for line in lines)
    assert 0 <= float(found.pop('acc/top1')) <= 1
    assert list(found) == ['log', 'checkpoint', 'views', 'curves', 'analysis']
    assert all(Path(path).is_file() for path in found.values())
    assert min(Image.open(found['views']).size) > 200
    curves = Path(found['curves']).read_text()
    assert 'loss_sim' in curves and 'feat_std' in curves
    assert 'drift_down' in Path(found['analysis']).read_text()
