import base64
import sys
from html.parser import HTMLParser

import pytest

from skdsrl_mmaction.visualization.page import Page

# The smallest PNG: one pixel.
PIXEL = base64.b64decode(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY'
    '42YAAAAASUVORK5CYII='
)


class Reader(HTMLParser):
    """Texts by tag, and addresses that a browser would load."""

    def __init__(self, path):
        super().__init__()
        self.open, self.texts, self.loaded = [], [], []
        self.feed(path.read_text('utf-8'))

    def handle_starttag(self, tag, attrs):
        if tag not in ('meta', 'link', 'img'):
            self.open.append(tag)
        for key, value in attrs:
            if key in ('src', 'href'):
                self.loaded.append(value)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if data.strip():
            self.texts.append((self.open[-1], data.strip()))

    def of(self, tag):
        return [text for name, text in self.texts if name == tag]


def write(page, tmp_path):
    page.write(tmp_path / 'page.html')
    return Reader(tmp_path / 'page.html')


def test_text_is_escaped(tmp_path):
    page = Page('<b> & "title"')
    page.heading('a < b')
    page.text('<script>alert(1)</script>')
    page.table([{'<i>': '</table>', 'n': 0.1}], 'c & d')
    read = write(page, tmp_path)
    assert read.of('title') == read.of('h1') == ['<b> & "title"']
    assert read.of('h2') == ['a < b']
    assert read.of('p') == ['<script>alert(1)</script>', 'c & d']
    assert read.of('th') == ['<i>', 'n']
    assert read.of('td') == ['</table>', '0.1']
    assert 'script' not in dict(read.texts)


def test_a_page_without_figures_is_small(tmp_path):
    page = Page('small')
    page.table([])
    write(page, tmp_path)
    assert (tmp_path / 'page.html').stat().st_size < 4000


def test_pictures_are_in_the_page(tmp_path):
    (tmp_path / 'a.png').write_bytes(PIXEL)
    page = Page('pictures')
    page.image(tmp_path / 'a.png', 'from a file')
    page.image(PIXEL)
    (tmp_path / 'a.png').unlink()
    read = write(page, tmp_path)
    url = 'data:image/png;base64,' + base64.b64encode(PIXEL).decode()
    assert read.loaded == ['data:,', url, url]
    assert read.of('figcaption') == ['from a file']


def test_figures_need_no_network(tmp_path):
    go = pytest.importorskip('plotly.graph_objects')
    figure = go.Figure(go.Scatter(y=[1.25, 3.5], name='</script>'))
    page = Page('figures')
    page.figure(figure, 'one')
    page.grid([figure, figure.to_plotly_json()])
    read = write(page, tmp_path)
    assert read.loaded == ['data:,']
    scripts = read.of('script')
    assert sum(len(script) > 1e6 for script in scripts) == 1
    assert sum('[1.25,3.5]' in script for script in scripts) == 3


def test_figures_and_the_templates_of_plotly_stay_as_they_are(tmp_path):
    go = pytest.importorskip('plotly.graph_objects')
    from plotly.io import templates

    figure = go.Figure(go.Scatter(y=[1]))

    def state():
        look = templates['plotly_white'].to_plotly_json()
        return figure.to_json(), look

    before = state()
    page = Page('figures')
    page.figure(figure)
    page.html()
    assert state() == before


def test_a_legend(tmp_path):
    page = Page('x')
    page.legend({'a < b': '#00ff00'})
    assert write(page, tmp_path).of('li') == ['a < b']


def test_a_browser_loads_it_again_only_if_asked_to():
    assert 'http-equiv' not in Page('x').html()
    line = '<meta http-equiv="refresh" content="30">'
    assert line in Page('x', refresh=30).html()


def test_without_plotly_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, 'plotly', None)
    with pytest.raises(ImportError, match=r'skdsrl_mmaction\[analysis\]'):
        Page('x').figure(None)
