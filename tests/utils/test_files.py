import json

import pytest

from skdsrl_mmaction.utils import write_json


def test_json_is_whole_or_the_old_one_stays(tmp_path):
    path = tmp_path / 'a.json'
    write_json(path, dict(b=1, a=[2]))
    assert json.loads(path.read_text()) == dict(a=[2], b=1)
    with pytest.raises(TypeError):
        write_json(path, dict(a=1, b=object()))
    assert json.loads(path.read_text()) == dict(a=[2], b=1)
