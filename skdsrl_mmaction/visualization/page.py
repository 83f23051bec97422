"""One HTML file that has all in it: text, tables, pictures, figures."""

import base64
from html import escape
from numbers import Number
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Sequence, Union

from ..utils import write_text
from ..utils.extras import has, need

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_STYLE = """
body { max-width: 1200px; margin: 0 auto; padding: 1rem; color: #222;
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; padding-top: 1rem;
  border-top: 1px solid #ddd; }
figure { margin: 1rem 0; }
figcaption, .caption { color: #555; font-size: .9rem; margin: 0; }
/* A wide picture scrolls where it would be too small to read. */
figure { overflow-x: auto; }
img { max-width: max(100%, 34rem); height: auto; display: block; }
.table { overflow-x: auto; margin-bottom: 1rem; }
.grid { display: grid; gap: .5rem;
  grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); }
.grid > div { min-width: 0; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0;
  padding: .5rem 0; list-style: none; position: sticky; top: 0; z-index: 1;
  background: #fffe; }
.legend i { display: inline-block; width: .8em; height: .8em;
  margin-right: .4em; border-radius: .2em; }
table { border-collapse: collapse; font-size: .9rem; overflow-wrap: normal; }
th, td { padding: .25rem clamp(.35rem, 1vw, .75rem); text-align: left;
  border-bottom: 1px solid #e4e4e4; white-space: nowrap; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
"""
_LOOK = dict(
    margin=dict(l=56, r=16, t=40, b=48),
    legend=dict(orientation='h', yanchor='bottom', y=1.02, x=0),
    hoverlabel=dict(namelength=-1),
    font=dict(family='system-ui, sans-serif'),
)


class Page:
    """A page that grows part by part and is written as one file.

    The file opens from disk and loads nothing over the network. plotly.js
    (4.8 MB) is in it if the page has figures.

    Args:
        title (str): Title and first heading.
        refresh (int, optional): Seconds after which a browser that shows the
            page loads it again. Defaults to None, never.
    """

    def __init__(self, title: str, refresh: Optional[int] = None):
        self.title = title
        self.refresh = refresh
        self._parts: List[str] = []
        self._figures = 0

    def heading(self, text: str) -> None:
        """Add the heading of a part."""
        self._parts.append(f'<h2>{escape(text)}</h2>')

    def text(self, text: str) -> None:
        """Add a paragraph."""
        self._parts.append(f'<p>{escape(text)}</p>')

    def table(
        self, rows: Sequence[Dict[str, object]], caption: str = ''
    ) -> None:
        """Add a table. A wide one scrolls inside its own box.

        Args:
            rows (Sequence[dict]): Cells by column, with the same keys in
                each row. Numbers that are not whole have four digits, and
                ``video``, a long path, is the last column.
            caption (str): Text above it. Defaults to ''.
        """
        rows = [
            dict(sorted(row.items(), key=lambda item: item[0] == 'video'))
            for row in rows
        ]
        head = ''.join(f'<th>{escape(x)}</th>' for x in rows[:1] and rows[0])
        body = [''.join(map(_cell, row.values())) for row in rows]
        lines = ''.join(f'<tr>{cells}</tr>\n' for cells in body)
        self._parts.append(
            f'<p class="caption">{escape(caption)}</p>'
            '<div class="table"><table>'
            f'<thead><tr>{head}</tr></thead>\n<tbody>{lines}</tbody>'
            '</table></div>'
        )

    def image(self, image: Union[str, Path, bytes], caption: str = '') -> None:
        """Add a picture.

        Args:
            image (str | Path | bytes): PNG file, or its content.
            caption (str): Text below it. Defaults to ''.
        """
        if not isinstance(image, bytes):
            image = Path(image).read_bytes()
        data = base64.b64encode(image).decode()
        self._figure(
            f'<img alt="{escape(caption)}" '
            f'src="data:image/png;base64,{data}">',
            caption,
        )

    def figure(
        self, figure: Union['Figure', Dict[str, Any]], caption: str = ''
    ) -> None:
        """Add an interactive figure, as wide as the page.

        Args:
            figure (Figure | dict): Figure of plotly, or its ``data`` and
                ``layout`` as dicts, which are not checked but quickly made.
            caption (str): Text below it. Defaults to ''.

        Raises:
            ImportError: Without plotly.
        """
        self._figure(self._interactive(figure), caption)

    def grid(self, figures: Sequence[Union['Figure', Dict[str, Any]]]) -> None:
        """Add small interactive figures, as many in a row as fit.

        Args:
            figures (Sequence[Figure | dict]): As for :meth:`figure`.

        Raises:
            ImportError: Without plotly.
        """
        # Buttons would hide the titles of small figures.
        cells = [self._interactive(x, displayModeBar=False) for x in figures]
        self._parts.append(f'<div class="grid">{"".join(cells)}</div>')

    def legend(self, colours: Dict[str, str]) -> None:
        """Add names with their colours, which stay in sight.

        Args:
            colours (dict[str, str]): #rrggbb by name.
        """
        names = ''.join(
            f'<li><i style="background: {colour}"></i>{escape(name)}</li>'
            for name, colour in colours.items()
        )
        self._parts.append(f'<ul class="legend">{names}</ul>')

    def html(self) -> str:
        """Return the page as text."""
        parts = '\n'.join(self._parts)
        script = _script() if self._figures else ''
        refresh = ''
        if self.refresh is not None:
            refresh = f'<meta http-equiv="refresh" content="{self.refresh}">\n'
        return (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n'
            '<meta charset="utf-8">\n'
            '<meta name="viewport" '
            'content="width=device-width, initial-scale=1">\n'
            # Browsers ask for /favicon.ico otherwise.
            f'<link rel="icon" href="data:,">\n{refresh}'
            f'<title>{escape(self.title)}</title>\n'
            f'<style>{_STYLE}</style>\n{script}</head>\n<body>\n'
            f'<h1>{escape(self.title)}</h1>\n{parts}\n</body>\n</html>\n'
        )

    def write(self, path: Union[str, Path]) -> None:
        """Write the page to a file that is whole or as it was.

        Args:
            path (str | Path): Of the HTML file.
        """
        write_text(str(path), self.html())

    def _interactive(
        self, figure: Union['Figure', Dict[str, Any]], **config
    ) -> str:
        needs_plotly()
        from plotly.io.json import to_json_plotly

        if not isinstance(figure, dict):
            figure = figure.to_plotly_json()
        layout = dict(figure['layout'])
        layout.pop('template', None)  # that of the page is in its place
        self._figures += 1
        name = f'figure-{self._figures}'
        content = to_json_plotly([figure['data'], layout, config])
        return (
            f'<div id="{name}"></div>'
            f'<script>draw("{name}", {content})</script>'
        )

    def _figure(self, content: str, caption: str) -> None:
        caption = caption and f'<figcaption>{escape(caption)}</figcaption>'
        self._parts.append(f'<figure>{content}{caption}</figure>')


def has_plotly() -> bool:
    """Return whether pages can have figures."""
    return has('plotly')


def needs_plotly() -> None:
    """Raise ImportError, with what to install, without plotly."""
    need('plotly', 'plotly', 'analysis', 'a page with figures needs')


def _script() -> str:
    """Return plotly.js, and how it draws a figure of the page."""
    from plotly.io import templates
    from plotly.io.json import to_json_plotly
    from plotly.offline import get_plotlyjs

    # A template is what holds where a figure says nothing.
    look = templates['plotly_white'].to_plotly_json()
    look['layout'].update(_LOOK)
    return (
        f'<script>{get_plotlyjs()}</script>\n<script>\n'
        f'const template = {to_json_plotly(look)};\n'
        'function draw(id, [data, layout, config]) {\n'
        '  Plotly.newPlot(id, data, {...layout, template},\n'
        '    {responsive: true, displaylogo: false, ...config});\n'
        '}\n</script>\n'
    )


def _cell(value: object) -> str:
    name = ' class="number"' if isinstance(value, Number) else ''
    if isinstance(value, float):
        value = f'{value:.0f}' if value.is_integer() else f'{value:.4g}'
    return f'<td{name}>{escape(str(value))}</td>'
