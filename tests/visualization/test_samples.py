"""What a packed sample shows."""

import numpy as np
import pytest
import torch
from mmaction.structures import ActionDataSample

from skdsrl_mmaction.visualization.samples import unpack


def packed(label=2, **meta):
    sample = ActionDataSample()
    if label is not None:
        sample.set_gt_label(label)
    sample.set_metainfo(meta)
    return sample


def noise(*shape):
    return torch.randint(0, 256, shape, dtype=torch.uint8)


def names(sample):
    return [view.name for view in sample.views]


def test_two_views_of_a_3d_recognizer():
    inputs = noise(2, 3, 4, 6, 8)
    meta = dict(
        filename='a/b.mp4',
        total_frames=30,
        frame_inds=np.array([0, 2, 4, 6, 11, 13, 15, 17]),
        views=[
            dict(
                operators=(('ClipContrast', 1.254), ('ClipHue', 0.1)),
                flip=True,
                crop_quadruple=np.float32([0.25, 0, 0.5, 1]),
            ),
            dict(operators=(('ChannelSplit', (0, 2)),), flip=False),
        ],
    )
    sample = unpack(inputs, packed(**meta))
    assert sample.path == 'a/b.mp4' and sample.total == 30
    assert sample.label == 'class 2' and sample.note == ''
    assert names(sample) == ['view 1', 'view 2']
    for i, view in enumerate(sample.views):
        assert view.frames.shape == (4, 6, 8, 3)
        assert view.frames[3, 5, 7, 1] == inputs[i, 1, 3, 5, 7]
    first, second = sample.views
    assert first.indices.tolist() == [0, 2, 4, 6]
    assert second.indices.tolist() == [11, 13, 15, 17]
    texts = [operator.text for operator in first.operators]
    assert texts == ['flip', 'contrast ×1.25', 'hue +36°']
    assert [x.text for x in second.operators] == ['red ← blue']
    assert first.crop == (0.25, 0, 0.5, 1) and second.crop is None


def test_operators_of_one_view():
    record = (('ClipBrightness', -12.4), ('ClipGaussianBlur', 1.5))
    record += (('Mine', 3),)  # an operator of the user's
    sample = unpack(noise(1, 3, 4, 6, 8), packed(operators=record))
    (view,) = sample.views
    assert view.name == 'clip'
    texts = [operator.text for operator in view.operators]
    assert texts == ['brightness -12', 'blur σ 1.50', 'Mine 3']


def test_two_views_of_a_2d_recognizer():
    inputs = noise(8, 3, 6, 8)
    sample = unpack(
        inputs, packed(views=[{}, {}], frame_inds=np.arange(8) * 3)
    )
    assert names(sample) == ['view 1', 'view 2']
    assert [len(view.frames) for view in sample.views] == [4, 4]
    assert sample.views[1].indices.tolist() == [12, 15, 18, 21]
    assert sample.views[1].frames[3, 5, 7, 2] == inputs[7, 2, 5, 7]


@pytest.mark.parametrize(
    'shape, indices, wanted',
    [
        ((1, 3, 4, 6, 8), 4, ['clip']),
        ((3, 4, 6, 8), 4, ['clip']),  # collapsed
        ((3, 3, 4, 6, 8), 12, [f'clip {i} of 3' for i in (1, 2, 3)]),
        ((3, 3, 4, 6, 8), 4, [f'crop {i} of 3' for i in (1, 2, 3)]),
        (
            (4, 3, 4, 6, 8),
            8,
            [f'clip {i} of 2, crop {j} of 2' for j in (1, 2) for i in (1, 2)],
        ),
        ((8, 3, 6, 8), 8, ['clip']),  # segments
        ((16, 3, 6, 8), 8, ['crop 1 of 2', 'crop 2 of 2']),
        ((8, 3, 6, 8), 0, ['clip']),  # unknown
    ],
)
def test_clips_segments_and_crops(shape, indices, wanted):
    meta = dict(frame_inds=np.arange(indices)) if indices else {}
    sample = unpack(noise(*shape), packed(**meta))
    assert names(sample) == wanted
    if indices:
        shown = {i for view in sample.views for i in view.indices}
        assert shown == set(range(indices))
    else:
        assert sample.views[0].indices is None


def test_both_views_of_the_same_clip():
    meta = dict(views=[{}, {}], frame_inds=np.arange(4))
    sample = unpack(noise(2, 3, 4, 6, 8), packed(**meta))
    assert [x.indices.tolist() for x in sample.views] == [[0, 1, 2, 3]] * 2


def test_views_may_be_known_from_the_model():
    sample = unpack(noise(8, 3, 6, 8), packed(flip=True), two_views=True)
    assert names(sample) == ['view 1', 'view 2']
    assert not any(view.operators for view in sample.views)


def test_colours_are_those_that_the_model_sees():
    inputs = noise(1, 3, 2, 4, 4)
    frames = unpack(inputs, packed()).views[0].frames
    swapped = unpack(inputs, packed(), to_rgb=True).views[0].frames
    assert np.array_equal(swapped, frames[..., ::-1])


def test_normalised_frames_are_scaled_and_said_to_be():
    inputs = noise(1, 3, 2, 4, 4)
    inputs.view(-1)[:2] = torch.tensor([0, 255], dtype=torch.uint8)
    wanted = unpack(inputs, packed()).views[0].frames
    sample = unpack((inputs - 127.5) / 51, packed())
    assert sample.note == 'colours scaled from [-2.5, 2.5]'
    assert np.abs(sample.views[0].frames - wanted.astype(int)).max() <= 1
    sample = unpack(inputs.float(), packed())
    assert sample.note == ''
    assert np.array_equal(sample.views[0].frames, wanted)


@pytest.mark.parametrize(
    'label, classes, wanted',
    [
        (1, ['walk', 'run'], 'run'),
        (5, ['walk', 'run'], 'class 5'),
        (-1, ['walk', 'run'], 'class -1'),
        (torch.tensor([1.0, 0, 1]), list('abc'), 'a, c'),
        (torch.zeros(3), list('abc'), 'no class'),
        (None, None, 'no label'),
    ],
)
def test_names_of_classes(label, classes, wanted):
    sample = unpack(noise(1, 3, 2, 4, 4), packed(label), classes)
    assert sample.label == wanted


@pytest.mark.parametrize(
    'inputs, shown',
    [
        (noise(1, 17, 8, 8, 8), '(1, 17, 8, 8, 8)'),  # heatmaps
        (noise(8, 10, 6, 8), '(8, 10, 6, 8)'),  # flow
        (dict(imgs=0), 'dict'),
        (torch.ones(1), '(1,)'),
    ],
)
def test_other_inputs_are_refused(inputs, shown):
    with pytest.raises(ValueError) as refused:
        unpack(inputs, packed())
    assert f'{shown} cannot be drawn; RGB' in str(refused.value)
