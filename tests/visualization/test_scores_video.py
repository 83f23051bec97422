"""Labels and scores that are drawn into a video."""

import av
import numpy as np
import pytest

from skdsrl_mmaction.visualization import scores_video


def drawn(video, folder, times, scores, names=('first', 'second')):
    path = str(folder / 'drawn.mp4')
    scores_video.write_scores_video(
        str(video), path, times, np.array(scores), names
    )
    with av.open(path) as container:
        return [x.to_ndarray(format='rgb24') for x in container.decode()]


def test_each_frame_shows_the_label_of_its_window(counting_video, tmp_path):
    """25 frames: the label changes between the windows' middles."""
    pictures = drawn(
        counting_video, tmp_path, [0.2, 0.8], [[0.9, 0.1], [0.2, 0.8]]
    )
    assert len(pictures) == 25
    # 'second' is a wider word: how far the dark box reaches.
    widths = [(x[3, :240].mean(axis=1) < 60).sum() for x in pictures[10:]]
    before, after = set(widths[:2]), set(widths[4:])
    assert max(before) < min(after)


def test_curves_are_at_the_height_of_their_scores(counting_video, tmp_path):
    pictures = drawn(
        counting_video, tmp_path, [0.25, 0.75], [[0.75, 0.25]] * 2
    )
    plot = pictures[0][-scores_video._PLOT :].astype(int)
    column = plot[:, 240]
    blue = np.nonzero(column[:, 2] - column[:, 0] > 80)[0]
    orange = np.nonzero(column[:, 0] - column[:, 2] > 80)[0]
    top, bottom = scores_video._TOP, scores_video._PLOT - 6
    assert blue.mean() == pytest.approx(bottom - 0.75 * (bottom - top), abs=2)
    assert orange.mean() == pytest.approx(
        bottom - 0.25 * (bottom - top), abs=2
    )


def test_long_names_are_cut(counting_video, tmp_path):
    names = [f'{i} of a class whose name is longer than any' for i in 'ab']
    scores = [[0.75, 0.25]] * 2
    *_, picture = drawn(
        counting_video, tmp_path, [0.25, 0.75], scores, [x * 3 for x in names]
    )
    # The dark box ends within the frame, the names before the time.
    assert picture[3, 440:460].max() < 60 and picture[3, 475:].min() > 200
    legend = picture[-scores_video._PLOT : -scores_video._PLOT + 20]
    assert legend[:, 300:350].min() > 200 and legend[:, 400:].min() < 100


def test_one_window(counting_video, tmp_path):
    pictures = drawn(counting_video, tmp_path, [0.5], [[0.3, 0.7]])
    assert len(pictures) == 25


def test_a_video_that_cannot_be_read_leaves_no_file(tmp_path):
    bad = tmp_path / 'bad.mp4'
    bad.write_text('no video')
    with pytest.raises(ValueError, match='bad.mp4'):
        drawn(bad, tmp_path, [0.5], [[0.3, 0.7]])
    assert [path.name for path in tmp_path.iterdir()] == ['bad.mp4']
