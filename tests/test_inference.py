"""Recognizer: what testing says of a video, from Python."""

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from skdsrl_mmaction.inference import Recognizer
from tests.support.tiny import tiny_config
from tests.support.trained import CLASSES, skdsrl_slowonly, write_trained


@pytest.fixture(scope='module')
def trained(tiny_dataset, tmp_path_factory):
    return skdsrl_slowonly(tiny_dataset, tmp_path_factory.mktemp('slowonly'))


def test_scores_are_those_of_testing(trained, tiny_dataset, tmp_path):
    cfg = Config.fromfile(trained[0])
    cfg.load_from, cfg.work_dir = str(trained[1]), str(tmp_path)
    dump = dict(type='DumpResults', out_file_path=str(tmp_path / 'all.pkl'))
    cfg.test_evaluator = [dict(type='AccMetric'), dump]
    Runner.from_cfg(cfg).test()
    wanted = np.load(tmp_path / 'all.pkl', allow_pickle=True)
    recognize = Recognizer(*trained)
    lines = (tiny_dataset / 'val.txt').read_text().split('\n')
    for line, sample in zip(lines, wanted):
        video = tiny_dataset / line.split()[0]
        scores = recognize.scores(video)
        torch.testing.assert_close(scores, sample['pred_score'])
        labels, best = recognize(video)
        assert sorted(labels) == sorted(CLASSES)
        assert labels[0] == CLASSES[int(sample['pred_label'])]
        assert best == sorted(scores.tolist(), reverse=True)
        assert recognize(video, topk=1) == (labels[:1], best[:1])


@pytest.mark.parametrize('average', ['score', None])
def test_scores_are_probabilities(average, trained, tiny_dataset):
    cfg = Config.fromfile(trained[0])
    cfg.model.cls_head.average_clips = average
    scores = Recognizer(cfg, trained[1]).scores(tiny_dataset / '0.mp4')
    assert scores.shape == (3,)
    assert scores.sum().item() == pytest.approx(1)


def test_names(tiny_dataset, tmp_path):
    config, checkpoint = write_trained(
        tiny_config(tiny_dataset), tmp_path, classes=None
    )
    video = tiny_dataset / '0.mp4'
    labels, _ = Recognizer(config, checkpoint)(video)
    assert sorted(labels) == ['0', '1', '2']
    names = tmp_path / 'names.txt'
    names.write_text('a\nb\nc\n')
    named, _ = Recognizer(config, checkpoint, label_file=str(names))(video)
    assert named == ['abc'[int(label)] for label in labels]


def test_a_video_that_is_none(trained, tmp_path):
    recognize = Recognizer(*trained)
    with pytest.raises(FileNotFoundError):
        recognize(tmp_path / 'absent.mp4')
    (tmp_path / 'text.mp4').write_text('no video')
    with pytest.raises(ValueError, match='text.mp4'):
        recognize(tmp_path / 'text.mp4')


def test_windows(trained, tiny_dataset, monkeypatch):
    """24 frames at 25 a second: windows of 8 frames, 4 apart."""
    recognize = Recognizer(*trained)
    seen = []
    monkeypatch.setattr(
        recognize,
        '_score',
        lambda found, pipeline: seen.append(found) or torch.zeros(3),
    )
    windows = list(recognize.windows(tiny_dataset / '0.mp4', seconds=8 / 25))
    assert [x['start_index'] for x in seen] == [0, 4, 8, 12, 16]
    assert {x['total_frames'] for x in seen} == {8}
    assert windows[0].begin == 0
    assert windows[-1].end == pytest.approx(24 / 25)

    (whole,) = recognize.windows(tiny_dataset / '0.mp4', seconds=60)
    assert (whole.begin, whole.end) == (0, pytest.approx(24 / 25))


def test_a_window_sees_its_own_frames(trained, tmp_path, monkeypatch):
    """Of two halves that differ, each window scores one."""
    import cv2

    path = str(tmp_path / 'halves.mp4')
    fourcc = cv2.VideoWriter_fourcc(*'mp4v')
    writer = cv2.VideoWriter(path, fourcc, 25, (64, 48))
    for i in range(40):
        writer.write(np.full((48, 64, 3), 20 if i < 20 else 230, np.uint8))
    writer.release()
    recognize = Recognizer(*trained)
    scores = [x.scores for x in recognize.windows(path, seconds=20 / 25)]
    assert len(scores) == 3
    dark, bright = scores[0], scores[-1]
    assert (dark - bright).abs().max() > 1e-3
