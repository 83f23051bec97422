import pytest

from skdsrl_mmaction.utils.text import edits, first_line, nearest


@pytest.mark.parametrize(
    'a, b, count',
    [
        ('', '', 0),
        ('abc', '', 3),
        ('kitten', 'sitting', 3),
        ('model', 'modle', 2),
        ('train_dataloder', 'train_dataloader', 1),
        ('flaw', 'lawn', 2),
    ],
)
def test_edits(a, b, count):
    assert edits(a, b) == edits(b, a) == count


def test_nearest():
    words = ['model', 'load_from', 'resume']
    assert nearest('modle', words) == 'model'
    assert nearest('modle', words, within=1) is None
    assert nearest('xyz', []) is None


@pytest.mark.parametrize(
    'error, line',
    [
        (ValueError('one\ntwo'), 'one'),
        (ValueError(''), 'ValueError'),
        (OSError(5, 'broken', 'a.mp4'), "broken: 'a.mp4'"),
        (RuntimeError('[10:57:10] /src/reader.cc:151: no\n\nStack'), 'no'),
    ],
)
def test_first_line(error, line):
    assert first_line(error) == line
