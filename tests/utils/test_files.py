import pytest

from skdsrl_mmaction.utils import write_json, write_text


def test_write_text(tmp_path):
    path = tmp_path / 'a.md'
    write_text(str(path), 'one\n')
    write_text(str(path), 'two\n')
    assert path.read_text() == 'two\n'
    assert list(tmp_path.iterdir()) == [path]


def test_write_json_leaves_the_old_file_if_it_fails(tmp_path):
    path = tmp_path / 'a.json'
    write_json(str(path), dict(b=1, a=(2,)))
    before = path.read_text()
    assert before == '{\n "a": [\n  2\n ],\n "b": 1\n}\n'
    with pytest.raises(TypeError):
        write_json(str(path), dict(a=object()))
    assert path.read_text() == before
