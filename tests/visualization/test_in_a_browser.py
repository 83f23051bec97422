"""The page as a browser shows it; skips where there is none."""

import pytest

from skdsrl_mmaction.visualization.curves import plot_logs
from skdsrl_mmaction.visualization.page import Page
from tests.support.browser import look_at
from tests.support.logs import (
    train_record,
    val_record,
    write_dump,
    write_log,
)


@pytest.fixture
def page(tmp_path):
    pytest.importorskip('plotly')
    folders = [tmp_path / 'a_name_that_is_long_' / x for x in 'ab']
    for folder in folders:
        write_log(
            folder / '1',
            train_record(1, 1, loss=2.0, top1_acc=0.5, feat_std=0.9, lr=0.1),
            val_record(1, **{'acc/top1': 0.75}),
            train_record(2, 2, loss=float('nan'), lr=0.1),
        )
    path = 'a/very/long/path/without/a/place/to/break/it/' * 3
    write_dump(folders[0] / 'x.pkl', [[0.9, 0.1]], [1], filename=path)
    (tmp_path / 'curves.html').write_bytes(plot_logs(folders)['curves.html'])
    return tmp_path / 'curves.html'


@pytest.mark.slow
@pytest.mark.parametrize('width', [1280, 390])
def test_the_page_fits_its_window(page, tmp_path, width):
    found = look_at(page, tmp_path, width)
    assert found['width'] == width
    assert found['content'] <= width
    assert found['plots'] >= 4
    assert found['console'] == []


@pytest.mark.slow
def test_a_page_that_does_not_fit_is_seen(tmp_path):
    page = Page('x')
    page._parts.append('<div style="width: 600px">x</div>')
    page._parts.append('<script>throw Error("on purpose")</script>')
    page.write(tmp_path / 'x.html')
    found = look_at(tmp_path / 'x.html', tmp_path, 390)
    assert found['content'] >= 600
    assert any('on purpose' in line for line in found['console'])
