import os
import pickle

import numpy as np
import pytest
import torch

from skdsrl_mmaction.visualization.predictions import (
    Predictions,
    find_dump,
    read_dump,
    video_rows,
    worst_first,
)
from tests.support.logs import write_dump

SCORES = [[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.25, 0.7, 0.05], [0, 0, 1]]
LABELS = [0, 1, 0, 2]


def test_a_dump_of_mmengine_is_read(tmp_path):
    shape = 112, np.int64(112)
    path = write_dump(tmp_path / 'a.pkl', SCORES, LABELS, img_shape=shape)
    found = read_dump(path)
    assert found.videos == ['sample 0', 'sample 1', 'sample 2', 'sample 3']
    assert found.labels.tolist() == LABELS
    np.testing.assert_allclose(found.scores, SCORES, rtol=1e-6)
    assert found.predicted.tolist() == [0, 2, 1, 2]
    assert found.confusion.tolist() == [[1, 1, 0], [0, 0, 1], [0, 0, 1]]
    assert found.right.tolist() == [True, False, False, True]


def test_worst_videos():
    said = Predictions(list('wxyz'), np.array(LABELS), np.array(SCORES))
    assert worst_first(video_rows(said, ['a', 'b', 'c'])) == [
        dict(
            video='y', label='a', prediction='b', score=0.7, label_score=0.25
        ),
        dict(video='x', label='b', prediction='c', score=0.6, label_score=0.3),
    ]


def test_paths_and_half_precision(tmp_path):
    path = tmp_path / 'a.pkl'
    scores = [torch.tensor([0.5, 0.25], dtype=torch.bfloat16)]
    found = read_dump(write_dump(path, scores, [1], filename='x/y.avi'))
    assert found.videos == ['x/y.avi']
    assert found.scores.dtype == np.float32
    assert found.scores.tolist() == [[0.5, 0.25]]


def test_the_newest_dump_is_found(tmp_path):
    assert find_dump(tmp_path) is None
    for age, name in enumerate(['b.pickle', 'a.pkl', 'epoch_1.pth']):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (0, age))
    assert find_dump(tmp_path) == tmp_path / 'a.pkl'


class Hostile:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


class HostileStorage(Hostile):
    """What runs in the stock function that loads tensors."""

    def __reduce__(self):
        import io

        inner = io.BytesIO()
        torch.save(
            Hostile(self.path), inner, _use_new_zipfile_serialization=False
        )
        return torch.storage._load_from_bytes, (inner.getvalue(),)


@pytest.mark.parametrize('kind', [Hostile, HostileStorage])
def test_a_dump_runs_no_code(tmp_path, kind):
    path = tmp_path / 'a.pkl'
    path.write_bytes(pickle.dumps([kind(tmp_path / 'made')]))
    with pytest.raises(ValueError, match='a.pkl holds no predictions'):
        read_dump(path)
    assert not (tmp_path / 'made').exists()
    # The file is what it is meant to be.
    pickle.loads(path.read_bytes())
    assert (tmp_path / 'made').is_dir()


@pytest.mark.parametrize(
    'content',
    [
        b'',
        b'no pickle',
        pickle.dumps([]),
        pickle.dumps([dict(x=1)]),
        pickle.dumps('text'),
        pickle.dumps([dict(gt_label=torch.ones(3), pred_score=torch.ones(3))]),
    ],
)
def test_anything_else_is_named(tmp_path, content):
    (tmp_path / 'a.pkl').write_bytes(content)
    with pytest.raises(ValueError, match='a.pkl holds no predictions of one'):
        read_dump(tmp_path / 'a.pkl')


def test_no_file_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_dump(tmp_path / 'a.pkl')
