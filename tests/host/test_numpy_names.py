import sys

import numpy as np
import pytest
from mmaction.datasets.transforms import ImgAug, MMCompact, PoseCompact
from mmaction.evaluation import RetrievalRecall
from mmaction.evaluation.functional import average_recall_at_avg_proposals
from mmaction.evaluation.functional.ava_evaluation import metrics as ava
from mmaction.utils import frame_extract

on_numpy_2 = pytest.mark.skipif(
    np.lib.NumpyVersion(np.__version__) < '2.0.0', reason='needs numpy 2'
)


def people():
    """Two joints of one person, at (20, 10) and (60, 50), in two frames."""
    joints = [[[20.0, 10.0], [60.0, 50.0]]] * 2
    return dict(keypoint=np.array([joints]), img_shape=(100, 100))


def test_pose_compact():
    results = PoseCompact(padding=0, threshold=1)(people())
    assert results['img_shape'] == (40, 40)
    assert results['keypoint'][0, 0].tolist() == [[0, 0], [40, 40]]


def test_mm_compact():
    images = [np.arange(10000, dtype=np.uint16).reshape(100, 100)] * 2
    compact = MMCompact(padding=0, threshold=1, hw_ratio=None)
    results = compact(dict(people(), imgs=images))
    np.testing.assert_array_equal(results['imgs'][0], images[0][10:50, 20:60])


def test_frame_extract(counting_video, tmp_path):
    paths, frames = frame_extract(str(counting_video), 24, str(tmp_path))
    assert len(paths) == len(frames) == 25
    assert frames[0].shape == (24, 32, 3)  # of 48 x 64


def test_average_precision_of_nothing():
    assert np.isnan(ava.compute_average_precision(None, None))


def test_average_recall():
    truth = {'v': np.array([[0.0, 1.0]])}
    proposals = {'v': np.array([[0.0, 1.0, 0.9], [5.0, 6.0, 0.1]])}
    # The first proposal is right: recall is 1 from one proposal a video on,
    # and rises to it linearly: 100 steps of 0.02.
    recall, average, counts, area = average_recall_at_avg_proposals(
        truth, proposals, total_num_proposals=2, max_avg_proposals=2
    )
    assert counts[-1] == 2 and average[-1] == 1 and (recall[:, -1] == 1).all()
    widths = np.diff(counts)
    heights = (average[1:] + average[:-1]) / 2
    assert area == pytest.approx(100 * (widths * heights).sum() / 2)


def test_retrieval_recall():
    scores = np.array([[0.1, 0.9, 0.5], [0.8, 0.2, 0.4]])
    targets = np.array([[0, 0, 1], [1, 0, 0]])
    recalls = RetrievalRecall.calculate(scores, targets, topk=(1, 2))
    np.testing.assert_allclose(recalls, [50, 100])


@on_numpy_2
@pytest.mark.parametrize('name', ['Inf', 'NAN'])
def test_numpy_itself_is_not_changed(name):
    assert not hasattr(np, name)


@on_numpy_2
def test_imgaug_leaves_numpy_bool(monkeypatch):
    monkeypatch.setitem(sys.modules, 'imgaug', None)
    with pytest.raises(ImportError):
        ImgAug('default')
    assert np.bool is np.bool_
