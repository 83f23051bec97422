import os
import pickle

import numpy as np
import pytest
import torch
from mmaction.structures import ActionDataSample
from mmengine.evaluator import DumpResults

from skdsrl_mmaction.visualization.predictions import (
    find_dump,
    read_dump,
    worst_videos,
)

SCORES = [[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.25, 0.7, 0.05], [0, 0, 1]]
LABELS = [0, 1, 0, 2]


def dump(path, samples):
    metric = DumpResults(str(path))
    metric.process(None, samples)
    metric.compute_metrics(metric.results)
    return path


def sample(scores, label, **meta):
    found = ActionDataSample(metainfo=meta)
    found.set_pred_score(torch.tensor(scores)).set_gt_label(label)
    return found.to_dict()


def test_a_dump_of_mmengine_is_read(tmp_path):
    samples = [
        sample(scores, label, img_shape=(112, np.int64(112)))
        for scores, label in zip(SCORES, LABELS)
    ]
    samples[1] = sample(SCORES[1], 1, filename='videos/x.avi')
    found = read_dump(dump(tmp_path / 'a.pkl', samples))
    assert found.videos == ['sample 0', 'videos/x.avi', 'sample 2', 'sample 3']
    assert found.labels.tolist() == LABELS
    np.testing.assert_allclose(found.scores, SCORES, rtol=1e-6)
    assert found.predicted.tolist() == [0, 2, 1, 2]
    assert found.confusion.tolist() == [[1, 1, 0], [0, 0, 1], [0, 0, 1]]
    assert worst_videos(found) == [
        dict(
            video='sample 2', label=0, prediction=1, score=0.7,
            label_score=0.25,
        ),
        dict(
            video='videos/x.avi', label=1, prediction=2, score=0.6,
            label_score=0.3,
        ),
    ]  # fmt: skip


def test_half_precision_scores(tmp_path):
    half = sample(SCORES[0], 0)
    half['pred_score'] = half['pred_score'].bfloat16()
    found = read_dump(dump(tmp_path / 'a.pkl', [half]))
    assert found.scores.dtype == np.float32


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
