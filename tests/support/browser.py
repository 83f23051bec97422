"""A page as headless Chromium shows it."""

import html
import json
import re
import shutil
import subprocess

import pytest

NAMES = 'chromium', 'chromium-browser', 'google-chrome', 'chrome'
# Runs in the page once all is drawn.
_LOOK = """<script>addEventListener('load', () => setTimeout(() => {
  const root = document.documentElement;
  const seen = element => element.getBoundingClientRect().width > 0;
  parent.postMessage({
    width: innerWidth, content: root.scrollWidth,
    plots: [...document.querySelectorAll('.main-svg')].filter(seen).length,
  }, '*');
}, 500))</script>"""
_FRAME = """<body><iframe src="{page}" width="{width}" height="900"
  style="border: 0"></iframe><pre id="seen"></pre><script>
addEventListener('message', event => {{
  document.getElementById('seen').textContent = JSON.stringify(event.data);
}})</script>"""


def look_at(page, folder, width):
    """Open a page in a window of ``width`` pixels.

    Returns:
        dict: ``width`` of the window, ``content``, the width that its content
        takes, ``plots``, how many figures are drawn, and ``console``, the
        lines of its console. Skips without Chromium.
    """
    browser = next(filter(None, map(shutil.which, NAMES)), None)
    if browser is None:
        pytest.skip(f'none of {", ".join(NAMES)} is installed')
    # A window of Chromium is never narrower than 500 pixels; a frame can be.
    text = page.read_text('utf-8').replace('</body>', f'{_LOOK}</body>')
    (folder / 'page.html').write_text(text, 'utf-8')
    frame = folder / 'frame.html'
    frame.write_text(_FRAME.format(page='page.html', width=width))
    done = subprocess.run(
        [
            browser,
            '--headless',
            '--no-sandbox',
            '--disable-gpu',
            f'--user-data-dir={folder / "profile"}',
            '--enable-logging=stderr',
            '--virtual-time-budget=20000',
            '--dump-dom',
            frame.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    found = re.search(r'<pre id="seen">(.+?)</pre>', done.stdout)
    assert found, done.stderr[-2000:]
    console = re.findall(r'CONSOLE.*', done.stderr)
    return dict(json.loads(html.unescape(found[1])), console=console)
