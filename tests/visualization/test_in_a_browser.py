"""The pages as a browser shows them; skips where there is none."""

import numpy as np
import pytest

from skdsrl_mmaction.visualization.analysis import (
    Analysis,
    Outputs,
    Views,
)
from skdsrl_mmaction.visualization.analysis.report import (
    files_of,
    write_report,
)
from skdsrl_mmaction.visualization.curves import plot_logs
from skdsrl_mmaction.visualization.page import Page
from tests.support.browser import look_at
from tests.support.logs import (
    train_record,
    val_record,
    write_dump,
    write_log,
)

PATH = 'a/very/long/path/without/a/place/to/break/it/' * 3


@pytest.fixture
def curves(tmp_path):
    folders = [tmp_path / 'a_name_that_is_long_' / x for x in 'ab']
    for folder in folders:
        write_log(
            folder / '1',
            train_record(1, 1, loss=2.0, top1_acc=0.5, feat_std=0.9, lr=0.1),
            val_record(1, **{'acc/top1': 0.75}),
            train_record(2, 2, loss=float('nan'), lr=0.1),
        )
    write_dump(folders[0] / 'x.pkl', [[0.9, 0.1]], [1], filename=PATH)
    (tmp_path / 'curves.html').write_bytes(plot_logs(folders)['curves.html'])
    return tmp_path / 'curves.html'


@pytest.fixture
def analysis(tmp_path):
    """Two models on 40 videos of 20 classes, with drawn predictions."""
    pytest.importorskip('sklearn')
    classes = [f'class_{i}_with_a_name_that_is_long' for i in range(20)]
    names = ['best_acc_top1_epoch_100', 'another_checkpoint_of_a_long_name']
    generator = np.random.default_rng(0)

    def draw(*shape):
        scores = generator.random((40, *shape))
        return scores / scores.sum(axis=-1, keepdims=True)

    analyses = [
        Analysis(
            name,
            classes,
            Outputs(
                [f'{PATH}{i}.mp4' for i in range(40)],
                np.arange(40) % 20,
                *(draw(20), draw(10, 20), draw(8)),
            ),
            Views(draw(20), draw(20), draw(8), draw(8)),
        )
        for name in names
    ]
    paths = {name: tmp_path / name for name in files_of(names)}
    for path in paths.values():
        path.parent.mkdir(exist_ok=True)
    write_report(analyses, paths, 'pca')
    return paths['analysis.html']


@pytest.mark.slow
@pytest.mark.parametrize('width', [1280, 390])
@pytest.mark.parametrize('name, plots', [('curves', 4), ('analysis', 2)])
def test_a_page_fits_its_window(name, plots, request, tmp_path, width):
    pytest.importorskip('plotly')
    page = request.getfixturevalue(name)
    found = look_at(page, tmp_path, width)
    assert found['width'] == width
    assert found['content'] <= width
    assert found['plots'] >= plots
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
