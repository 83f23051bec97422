"""A bar where somebody looks at it, and nothing elsewhere."""

from rich.console import Console

from skdsrl_mmaction.utils import progress, show_progress


def shown(monkeypatch, **kwargs):
    made = Console(width=60, **kwargs)
    monkeypatch.setattr(progress, 'Console', lambda stderr: made)
    with made.capture() as capture:
        assert list(show_progress(iter('ab'), 'reading', 2)) == ['a', 'b']
    return capture.get()


def test_a_terminal_gets_a_bar(monkeypatch):
    assert 'reading' in shown(monkeypatch, force_terminal=True)


def test_a_file_gets_nothing(monkeypatch):
    assert shown(monkeypatch, force_terminal=False) == ''
