"""One HTML page of a run or an analysis, with everything in it."""

# stand-in until the branch of the page is merged
import base64
from pathlib import Path


class Page:
    def __init__(self, title):
        self.parts = [f'<h1>{title}</h1>']

    def heading(self, t):
        self.parts.append(f'<h2>{t}</h2>')

    def text(self, t):
        self.parts.append(f'<p>{t}</p>')

    def table(self, rows, caption=''):
        self.parts.append(
            f'<p>{caption}</p><table>'
            + ''.join(
                '<tr>' + ''.join(f'<td>{v}</td>' for v in r.values()) + '</tr>'
                for r in [dict(zip(rows[0], rows[0]))] + rows
            )
            + '</table>'
        )

    def image(self, c, caption=''):
        self.parts.append(
            '<img src="data:image/png;base64,%s">'
            % base64.b64encode(c).decode()
        )

    def write(self, path):
        Path(path).write_text('\n'.join(self.parts))
