"""Pictures hold the pixels of the frames."""

import cv2
import numpy as np
import pytest
from mmaction.registry import TRANSFORMS
from PIL import Image

from skdsrl_mmaction.mixing.pipeline import photometric_operators
from skdsrl_mmaction.visualization.canvas import (
    VIEW_COLOURS,
    choose,
    font,
    label_rows,
    save_png,
    scale,
    shorten,
)
from skdsrl_mmaction.visualization.montage import (
    draw_sample,
    draw_sheet,
    draw_tile,
)
from skdsrl_mmaction.visualization.samples import (
    Operator,
    Sample,
    View,
    unpack,
)


def places(picture, frame):
    """Left upper corners (x, y) at which a picture holds these pixels."""
    found = cv2.matchTemplate(
        np.asarray(picture).astype(np.float32),
        frame.astype(np.float32),
        cv2.TM_SQDIFF,
    )
    near = np.argwhere(found < 1e-3 * found.max())
    return [
        (int(x), int(y))
        for y, x in near
        if np.array_equal(
            np.asarray(picture)[y : y + len(frame), x : x + frame.shape[1]],
            frame,
        )
    ]


def view(frames, name='view 1', **kwargs):
    known = dict(indices=None, operators=[], crop=None)
    return View(name, frames, **{**known, **kwargs})


def noise(length=4, height=112, width=112):
    return np.random.randint(0, 256, (length, height, width, 3), np.uint8)


def sample(*views, **kwargs):
    known = dict(label='run', path='a.mp4', total=None, note='')
    return Sample(views=list(views), **{**known, **kwargs})


def test_view_1_is_over_view_2_frame_by_frame():
    clips = noise(), noise()
    picture = draw_sample(sample(view(clips[0]), view(clips[1], 'view 2')))
    corners = [
        [places(picture, frame) for frame in frames] for frames in clips
    ]
    assert all(len(x) == 1 for row in corners for x in row)
    (xs1, ys1), (xs2, ys2) = (zip(*(x[0] for x in row)) for row in corners)
    assert xs1 == xs2 and set(np.diff(xs1)) == {112 + 3}
    assert len(set(ys1)) == len(set(ys2)) == 1 and ys2[0] > ys1[0] + 112


def test_operators_are_constant_over_a_clip_and_differ_between_views():
    """The same frame again and again, through the paper's operators."""
    frame = np.random.randint(0, 256, (112, 112, 3), np.uint8)
    steps = [dict(x, prob=1) for x in photometric_operators()]
    results = dict(imgs=[frame] * 8, num_clips=2, clip_len=4, label=0)
    for step in (
        dict(type='SiameseTwoView', transforms=steps),
        dict(type='FormatShape', input_format='NCTHW'),
        dict(type='PackActionInputs', meta_keys=['views']),
    ):
        results = TRANSFORMS.build(step)(results)
    shown = unpack(results['inputs'], results['data_samples'])
    picture = draw_sample(shown)
    first, second = (places(picture, x.frames[0]) for x in shown.views)
    assert len(first) == len(second) == 4
    assert len({y for _, y in first}) == len({y for _, y in second}) == 1
    assert not set(first) & set(second)
    assert [len(x.operators) for x in shown.views] == [5, 5]


def test_texts_and_labels_are_drawn():
    """Each changes its own part of the picture and no frame."""
    frames = noise(1)
    plain = np.asarray(draw_sample(sample(view(frames)))).astype(int)
    for changed, rows in [
        (sample(view(frames), label='walk'), slice(0, 44)),
        (sample(view(frames), path='b.mp4'), slice(40, 70)),
        (sample(view(frames, name='view 2')), slice(76, 110)),
        (sample(view(frames, operators=[Operator('A', 'b')])), slice(76, 110)),
        (sample(view(frames, crop=(0, 0, 0.5, 1))), slice(76, 110)),
        (sample(view(frames), note='colours scaled'), slice(240, None)),
    ]:
        other = np.asarray(draw_sample(changed)).astype(int)
        differs = np.flatnonzero((other != plain).any((1, 2)))
        first, last, _ = rows.indices(len(plain))
        assert len(differs) and first <= differs[0] and differs[-1] < last


def test_position_of_a_clip():
    """Frames 50 to 59 of 100 are the sixth tenth of the bar."""
    clip = view(noise(10), indices=np.arange(50, 60))
    picture = np.asarray(draw_sample(sample(clip, total=100)))
    colour = [int(VIEW_COLOURS[0][i : i + 2], 16) for i in (1, 3, 5)]
    head = picture[76:110, -160:]
    (columns,) = np.nonzero((head == colour).all(-1).any(0))
    left, right = 160 - 20 - 130, 160 - 20 - 1
    shares = (columns[[0, -1]] - left) / (right - left)
    assert shares == pytest.approx([0.5, 0.6], abs=0.02)


def test_long_clips_are_shown_by_each_nth_frame():
    frames = noise(33, 96, 96)
    picture = draw_sample(sample(view(frames)))
    found = [i for i, frame in enumerate(frames) if places(picture, frame)]
    assert found == list(range(0, 33, 3))
    assert choose(16, 16).tolist() == list(range(16))
    assert choose(17, 16).tolist() == list(range(0, 17, 2))


def test_no_more_than_ten_clips():
    def height(clips):
        views = [view(noise(1)) for _ in range(clips)]
        return draw_sample(sample(*views)).height

    ten, two = height(10), height(2)
    assert height(30) == ten > 4 * two
    assert height(20) == ten


@pytest.mark.parametrize(
    'size, wanted',
    [
        ((112, 150), (112, 150)),
        ((128, 100), (128, 100)),
        ((48, 56), (96, 112)),
        ((30, 20), (120, 80)),
        ((224, 448), (112, 224)),
    ],
)
def test_frames_are_scaled_by_whole_numbers_or_made_smaller(size, wanted):
    frame = noise(1, *size)[0]
    scaled = scale(frame, 112)
    assert scaled.shape == (*wanted, 3)
    if wanted > size:
        times = wanted[0] // size[0]
        assert np.array_equal(scaled[::times, ::times], frame)
        assert np.array_equal(scaled[times - 1 :: times, 1::times], frame)


def test_long_texts_are_cut():
    letters = font(13)
    path = 'a/long/path/' * 30 + 'end.mp4'
    cut = shorten(path, letters, 200, keep_end=True)
    assert cut.startswith('…') and cut.endswith('end.mp4')
    assert 150 < letters.getlength(cut) <= 200
    cut = shorten(path, letters, 200, keep_end=False)
    assert cut.startswith('a/long') and cut.endswith('…')
    assert shorten('a.mp4', letters, 200, True) == 'a.mp4'


def test_labels_wrap():
    labels = [Operator('Flip', f'operator {i}') for i in range(9)]
    rows = label_rows(labels, 12, 250)
    assert len(rows) > 2 and [x for row in rows for x in row] == labels
    assert label_rows([], 12, 250) == [[]]


def test_sheet_holds_a_tile_of_each_sample(tmp_path):
    samples = [
        sample(view(noise(12, 66, 66)), view(noise(12, 66, 66), 'view 2'))
        for _ in range(6)
    ]
    tiles = [draw_tile(x) for x in samples]
    path = tmp_path / 'sheet.png'
    save_png(draw_sheet(tiles, 'all'), str(path))
    picture = Image.open(path)
    corners = [
        [places(picture, x.frames[0])[0] for x in one.views] for one in samples
    ]
    assert [x[0][1] for x in corners] == [corners[0][0][1]] * 4 + (
        [corners[4][0][1]] * 2
    )
    for (x1, y1), (x2, y2) in corners:
        assert x1 == x2 and y1 < y2
    assert not places(picture, samples[0].views[0].frames[1])
    assert list(tmp_path.iterdir()) == [path]
