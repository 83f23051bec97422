import av
import numpy as np
import pytest
from PIL import Image

from skdsrl_mmaction.visualization.samples import Operator, Sample, View
from skdsrl_mmaction.visualization.video import FORMATS, play, write_video

COLOURS = (200, 40, 40), (30, 60, 190)


def sample(length=6, size=56):
    """View 1 is red and view 2 blue; both become darker."""
    fade = np.linspace(1, 0.4, length)[:, None, None, None]
    views = [
        View(
            f'view {i}',
            (fade * np.full((1, size, size, 3), colour)).astype(np.uint8),
            None,
            [Operator('Flip', 'flip')] * i,
            None,
        )
        for i, colour in enumerate(COLOURS, 1)
    ]
    return Sample('run', 'a.mp4', None, views, '')


@pytest.mark.parametrize('kind', FORMATS)
def test_written_video_plays_both_views(kind, tmp_path):
    shown, path = sample(), tmp_path / f'a.{kind}'
    pages = list(play(shown))
    write_video(pages, str(path))
    assert list(tmp_path.iterdir()) == [path]
    with av.open(str(path)) as video:
        stream = video.streams.video[0]
        frames = [x.to_ndarray(format='rgb24') for x in video.decode(stream)]
        assert 7.5 < stream.average_rate < 8.5
    assert len(frames) == len(pages) == 6
    for frame, page in zip(frames, pages):
        assert frame.shape == page.shape
        assert np.abs(frame.astype(int) - page).mean() < 4
    for i, (left, right) in enumerate([(60, 160), (330, 420)]):
        for number in (0, 5):
            part = frames[number][120:220, left:right].mean((0, 1))
            wanted = shown.views[i].frames[number, 0, 0]
            assert np.abs(part - wanted).max() < 8


def test_gif_repeats_for_ever(tmp_path):
    path = tmp_path / 'a.gif'
    write_video(play(sample(2)), str(path))
    assert Image.open(path).info['loop'] == 0


def test_sizes_are_even():
    odd = sample(1, size=113)
    assert all(x % 2 == 0 for x in next(play(odd)).shape[:2])


def test_a_failed_video_leaves_nothing(tmp_path):
    def broken():
        yield np.zeros((4, 4, 3), np.uint8)
        raise RuntimeError('no')

    with pytest.raises(RuntimeError):
        write_video(broken(), str(tmp_path / 'a.gif'))
    assert not list(tmp_path.iterdir())
