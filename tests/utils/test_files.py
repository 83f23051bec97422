import multiprocessing

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


def _write_often(path, rank):
    for i in range(200):
        write_text(path, f'{rank} {i}')


def test_several_processes_write_one_file(tmp_path):
    """As ranks do: none of them fails, and the file is of one of them."""
    path = str(tmp_path / 'a.json')
    context = multiprocessing.get_context('fork')
    ranks = [
        context.Process(target=_write_often, args=(path, rank))
        for rank in range(2)
    ]
    for rank in ranks:
        rank.start()
    for rank in ranks:
        rank.join()
    assert [rank.exitcode for rank in ranks] == [0, 0]
    assert (tmp_path / 'a.json').read_text() in ('0 199', '1 199')
    assert len(list(tmp_path.iterdir())) == 1
