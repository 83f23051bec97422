"""One HTML file that has all in it: text, tables, pictures, figures."""

import base64
from html import escape
from numbers import Number
from pathlib import Path
from typing import TYPE_CHECKING, Dict, List, Sequence, Union

from ..utils import write_text

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_STYLE = """
body { max-width: 1200px; margin: 0 auto; padding: 1rem; color: #222;
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; padding-top: 1rem;
  border-top: 1px solid #ddd; }
figure { margin: 1rem 0; }
figcaption, caption { color: #555; font-size: .9rem; text-align: left; }
img { max-width: 100%; height: auto; display: block; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; overflow-wrap: normal; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid #e4e4e4;
  text-align: left; white-space: nowrap; }
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
    """

    def __init__(self, title: str):
        self.title = title
        self._parts: List[str] = []
        self._script = ''

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
                each row. Values are written as ``str`` writes them.
            caption (str): Text above it. Defaults to ''.
        """
        head = ''.join(f'<th>{escape(x)}</th>' for x in rows[:1] and rows[0])
        body = [''.join(map(_cell, row.values())) for row in rows]
        lines = ''.join(f'<tr>{cells}</tr>\n' for cells in body)
        self._parts.append(
            '<div class="table"><table>'
            f'<caption>{escape(caption)}</caption>'
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

    def figure(self, figure: 'Figure', caption: str = '') -> None:
        """Add an interactive figure, as wide as the page.

        Args:
            figure (Figure): Figure of plotly; its height stays as it is.
            caption (str): Text below it. Defaults to ''.

        Raises:
            ImportError: Without plotly.
        """
        needs_plotly()
        from plotly.graph_objects import Figure, layout
        from plotly.io import templates
        from plotly.offline import get_plotlyjs

        # A template is what holds where a figure says nothing.
        look = layout.Template(templates['plotly_white']).update(layout=_LOOK)
        content = Figure(figure).update_layout(template=look)
        self._script = f'<script>{get_plotlyjs()}</script>'
        self._figure(
            content.to_html(
                full_html=False,
                include_plotlyjs=False,
                config=dict(responsive=True, displaylogo=False),
            ),
            caption,
        )

    def write(self, path: Union[str, Path]) -> None:
        """Write the page to a file that is whole or as it was.

        Args:
            path (str | Path): Of the HTML file.
        """
        parts = '\n'.join(self._parts)
        write_text(
            str(path),
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n'
            '<meta charset="utf-8">\n'
            '<meta name="viewport" '
            'content="width=device-width, initial-scale=1">\n'
            # Browsers ask for /favicon.ico otherwise.
            '<link rel="icon" href="data:,">\n'
            f'<title>{escape(self.title)}</title>\n'
            f'<style>{_STYLE}</style>\n{self._script}\n</head>\n<body>\n'
            f'<h1>{escape(self.title)}</h1>\n{parts}\n</body>\n</html>\n',
        )

    def _figure(self, content: str, caption: str) -> None:
        caption = caption and f'<figcaption>{escape(caption)}</figcaption>'
        self._parts.append(f'<figure>{content}{caption}</figure>')


def needs_plotly() -> None:
    """Raise ImportError, with what to install, without plotly."""
    from importlib.util import find_spec

    if find_spec('plotly') is None:
        raise ImportError(
            'a page with figures needs plotly; install it by '
            "pip install 'skdsrl_mmaction[analysis]'"
        )


def _cell(value: object) -> str:
    name = ' class="number"' if isinstance(value, Number) else ''
    return f'<td{name}>{escape(str(value))}</td>'
