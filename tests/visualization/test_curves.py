import json
import re

import pytest
import torch

from skdsrl_mmaction.visualization.curves import final_values, plot_logs
from skdsrl_mmaction.visualization.logs import read_runs
from tests.support.logs import (
    train_record,
    val_record,
    write_dump,
    write_log,
)


@pytest.fixture
def work_dirs(tmp_path):
    """Two runs; the second has logged no accuracy and no validation."""
    write_log(
        tmp_path / 'first/1',
        train_record(1, 1, loss=2.0, top1_acc=0.5, lr=0.123456789),
        val_record(1, **{'acc/top1': 0.75, 'time': 9.0}),
        train_record(2, 2, loss=1.0, top1_acc=0.25, lr=1e-9),
        val_record(2, **{'acc/top1': 0.5}),
    )
    write_log(tmp_path / 'second/1', train_record(4, 1, loss=float('nan')))
    return [tmp_path / 'first', tmp_path / 'second']


def figures(html):
    """Data and layout of the figures of a page, by title."""
    html = html.decode() if isinstance(html, bytes) else html
    found = re.findall(r'<script>draw\("figure-\d+", (.*?)\)</script>', html)
    parsed = [json.loads(text) for text in found]
    return {layout['title']['text']: data for data, layout, _ in parsed}


def test_final_values(work_dirs):
    table = {
        row['value']: (row['first'], row['second'])
        for row in final_values(read_runs(work_dirs))
    }
    assert str(table.pop('loss, training')[1]) == 'nan'
    assert table == {
        'trained epochs': (2, 1),
        'acc/top1, validation': (0.5, ''),
        'acc/top1, best': (0.75, ''),
        'top1_acc, training': (0.25, ''),
        'lr, training': (1e-9, ''),
    }


def test_the_page_has_the_numbers_of_the_log(work_dirs):
    pytest.importorskip('plotly')
    files = plot_logs(work_dirs)
    assert set(files) == {'curves.png', 'curves.html'}
    assert files['curves.png'].startswith(b'\x89PNG')
    found = figures(files['curves.html'])
    assert set(found) == {'loss', 'acc/top1', 'lr'}
    lines = {
        (title, line['name']): list(zip(line['x'], line['y']))
        for title, data in found.items()
        for line in data
    }
    assert lines == {
        ('loss', 'first, training'): [(1, 2.0), (2, 1.0)],
        ('loss', 'second, training'): [(1, None)],
        ('acc/top1', 'first, validation'): [(1, 0.75), (2, 0.5)],
        ('acc/top1', 'first, training'): [(1, 0.5), (2, 0.25)],
        ('lr', 'first, training'): [(1, 0.123456789), (2, 1e-9)],
    }
    assert '<td class="number">1e-09</td>' in files['curves.html'].decode()


def test_a_run_has_the_same_colour_everywhere(work_dirs):
    pytest.importorskip('plotly')
    html = plot_logs(work_dirs)['curves.html'].decode()
    colours = {}
    for data in figures(html).values():
        for line in data:
            name = line['name'].split(',')[0]
            colours.setdefault(name, set()).add(line['line']['color'])
    first, second = colours['first'], colours['second']
    assert len(first) == len(second) == 1 and first != second
    for name, (colour,) in colours.items():
        assert f'<i style="background: {colour}"></i>{name}</li>' in html


def test_predictions_are_on_the_page(work_dirs):
    pytest.importorskip('plotly')
    scores = [[0.9, 0.1], [0.75, 0.25], [0.4, 0.6]]
    write_dump(work_dirs[0] / 'x.pkl', scores, [0, 1, 1], filename='a.avi')
    files = plot_logs(work_dirs[:1])
    html = files['curves.html'].decode()
    assert files['confusion_matrix.png'].startswith(b'\x89PNG')
    assert 'Predictions of first: x.pkl' in html
    assert '2 of 3 videos are classified correctly.' in html
    cells = re.findall(r'<td(?: class="number")?>(.*?)</td>', html)
    assert cells[-5:] == ['1', '0', '0.75', '0.25', 'a.avi']
    assert html.count('<img alt=') == 1
    # One for each run with predictions, where there are several.
    assert set(plot_logs(work_dirs)) == {
        'curves.png',
        'curves.html',
        'first_confusion_matrix.png',
    }


@pytest.mark.parametrize(
    'names, shown', [(['walk', 'run'], 'walk'), (['walk'], '0'), (None, '0')]
)
def test_classes_have_the_names_of_a_checkpoint(work_dirs, names, shown):
    pytest.importorskip('plotly')
    write_dump(work_dirs[0] / 'x.pkl', [[0.25, 0.75]], [0])
    meta = dict(epoch=1, iter=1, dataset_meta=dict(classes=names))
    torch.save(dict(meta=meta), work_dirs[0] / 'epoch_1.pth')
    (work_dirs[0] / 'last_checkpoint').write_text('epoch_1.pth')
    html = plot_logs(work_dirs[:1])['curves.html'].decode()
    assert f'<tr><td>{shown}</td>' in html


def test_names_of_ones_own(work_dirs, tmp_path):
    pytest.importorskip('plotly')
    write_dump(work_dirs[0] / 'x.pkl', [[0.25, 0.75]], [0])
    names = tmp_path / 'names.txt'
    names.write_text('sit\nstand\n')
    html = plot_logs(work_dirs[:1], None, str(names))['curves.html'].decode()
    assert '<td>sit</td><td>stand</td>' in html
    names.write_text('sit\n')
    with pytest.raises(ValueError, match='names.txt: 1 names for 2 classes'):
        plot_logs(work_dirs[:1], None, str(names))


def test_what_is_no_dump_is_named_on_the_page(work_dirs):
    pytest.importorskip('plotly')
    (work_dirs[0] / 'x.pkl').write_bytes(b'')
    html = plot_logs(work_dirs)['curves.html'].decode()
    assert 'x.pkl holds no predictions' in html
    assert len(figures(html)) == 3
