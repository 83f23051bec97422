"""Every operator against its plain definition, in float."""

import colorsys

import cv2
import numpy as np
import pytest
from mmaction.registry import TRANSFORMS

OPERATORS = [
    'ClipContrast',
    'ClipBrightness',
    'ClipHue',
    'ClipGaussianBlur',
    'ChannelSplit',
]


def build(name, **kwargs):
    return TRANSFORMS.build(dict(type=name, **kwargs))


def clip(frames=4, size=(9, 11)):
    rng = np.random.default_rng(0)
    return [
        rng.integers(0, 256, (*size, 3), dtype=np.uint8) for _ in range(frames)
    ]


def apply(operator, frames):
    return operator(dict(imgs=list(frames)))['imgs']


@pytest.mark.parametrize('factor', [0.5, 1.0, 1.5])
def test_contrast_scales_about_mid_grey(factor):
    frames = clip()
    out = apply(
        build('ClipContrast', factor_range=[factor] * 2, prob=1), frames
    )
    for frame, result in zip(frames, out):
        unit = frame / 127.5 - 1  # the scale of the paper, [-1, 1]
        expected = (np.clip(unit * factor, -1, 1) + 1) * 127.5
        assert np.abs(result - expected).max() <= 0.5 + 1e-6


def test_brightness_adds_grey_levels(monkeypatch):
    frames = clip()
    for delta in (-64, -10.4, 0, 64):
        monkeypatch.setattr(np.random, 'uniform', lambda *_, d=delta: d)
        out = apply(build('ClipBrightness', prob=1), frames)
        for frame, result in zip(frames, out):
            expected = np.clip(frame + float(delta), 0, 255)
            assert np.abs(result - expected).max() <= 0.5 + 1e-6


@pytest.mark.parametrize('shift', [0.05, 0.1, -0.1, 1 / 3])
def test_hue_turns_the_circle(shift):
    frames = clip()
    out = apply(build('ClipHue', shift_range=[shift] * 2, prob=1), frames)
    errors = []
    for frame, result in zip(frames, out):
        for pixel, turned in zip(frame.reshape(-1, 3), result.reshape(-1, 3)):
            h, s, v = colorsys.rgb_to_hsv(*(pixel / 255))
            expected = np.array(colorsys.hsv_to_rgb((h + shift) % 1, s, v))
            errors.append(np.abs(turned - expected * 255))
    # The circle has 256 steps, each 6 grey levels of a saturated colour; the
    # hue and the shift are both rounded to them.
    assert np.max(errors) <= 12 and np.mean(errors) < 2


def test_hue_wraps_from_red_through_blue():
    red = [np.full((2, 2, 3), (255, 0, 0), np.uint8)]
    out = apply(build('ClipHue', shift_range=(-1 / 3, -1 / 3), prob=1), red)
    assert np.abs(out[0].astype(int) - (0, 0, 255)).max() <= 6


@pytest.mark.parametrize('sigma', [0.1, 0.8, 2.0])
def test_blur_is_a_gaussian_of_each_frame(sigma):
    frames = clip(size=(12, 15))
    out = apply(
        build('ClipGaussianBlur', sigma_range=[sigma] * 2, prob=1), frames
    )
    x = np.arange(-3, 4)
    kernel = np.exp(-(x**2) / (2 * sigma**2))
    kernel /= kernel.sum()
    for frame, result in zip(frames, out):
        padded = np.pad(frame, ((3, 3), (3, 3), (0, 0)), mode='reflect')
        rows = sum(k * padded[i : i + 12] for i, k in enumerate(kernel))
        both = sum(k * rows[:, i : i + 15] for i, k in enumerate(kernel))
        assert np.abs(result - both).max() <= 1


def test_channel_split_replaces_one_channel_by_another():
    frames = clip()
    seen = set()
    for _ in range(60):
        out = apply(build('ChannelSplit', prob=1), frames)
        changed = [
            c for c in range(3) if (out[0][..., c] != frames[0][..., c]).any()
        ]
        (target,) = changed
        (source,) = (
            c
            for c in range(3)
            if c != target and (out[0][..., target] == frames[0][..., c]).all()
        )
        for frame, result in zip(frames, out):
            assert (result[..., target] == frame[..., source]).all()
        seen.add((target, source))
    assert len(seen) == 6


def look_up(frame, levels):
    table = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    return cv2.LUT(frame, table)


def contrast(frame, factor):
    return look_up(frame, (np.arange(256) - 127.5) * factor + 127.5)


def brightness(frame, delta):
    return look_up(frame, np.arange(256) + delta)


def hue(frame, shift):
    hsv = cv2.cvtColor(frame, cv2.COLOR_RGB2HSV_FULL)
    hsv[..., 0] += np.uint8(round(shift * 256) % 256)
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB_FULL)


def blur(frame, sigma):
    kernel = cv2.getGaussianKernel(7, sigma)
    return cv2.sepFilter2D(frame, -1, kernel, kernel)


def split(frame, channels):
    frame = frame.copy()
    frame[..., channels[0]] = frame[..., channels[1]]
    return frame


def test_same_bits_as_the_plain_way_of_each_frame():
    """The same draws, and in turn each frame by itself."""
    ranges = [(0.5, 1.5), (-64, 64), (0, 0.1), (0.1, 2.0)]
    plain = [contrast, brightness, hue, blur, split]
    operators = [build(name) for name in OPERATORS]
    frames = clip(size=(34, 37))
    for seed in range(40):
        np.random.seed(seed)
        results = dict(imgs=[frame[1:33, 2:35] for frame in frames])
        for operator in operators:
            results = operator(results)
        np.random.seed(seed)
        expected = [frame[1:33, 2:35].copy() for frame in frames]
        for i, function in enumerate(plain):
            acts = np.random.rand() < 0.5
            strength = (
                np.random.uniform(*ranges[i])
                if i < len(ranges)
                else np.random.choice(3, size=2, replace=False)
            )
            if acts:
                expected = [function(frame, strength) for frame in expected]
        assert np.array_equal(results['imgs'], expected)


@pytest.mark.parametrize('shift', [-1, -0.3, 0.999, 1])
def test_any_turn_has_the_same_bits(shift):
    out = apply(build('ClipHue', shift_range=[shift] * 2, prob=1), clip())
    assert np.array_equal(out, [hue(frame, shift) for frame in clip()])


@pytest.mark.parametrize('delta', [-255, -254.6, 127.3, 255])
def test_any_brightness_has_the_same_bits(monkeypatch, delta):
    monkeypatch.setattr(np.random, 'uniform', lambda *_: delta)
    out = apply(build('ClipBrightness', max_delta=255, prob=1), clip())
    assert np.array_equal(out, [brightness(each, delta) for each in clip()])


@pytest.mark.parametrize('name', OPERATORS)
def test_one_draw_serves_the_whole_clip(name):
    """Equal frames stay equal, whatever is drawn."""
    frame = clip(1)[0]
    for _ in range(20):
        out = apply(build(name), [frame.copy() for _ in range(5)])
        assert all((other == out[0]).all() for other in out)
        assert out[0].dtype == np.uint8 and out[0].shape == frame.shape


@pytest.mark.parametrize('name', OPERATORS)
def test_probability(name):
    frames = clip(2)

    def share(prob):
        operator = build(name, prob=prob)
        acted = [
            (apply(operator, frames)[0] != frames[0]).any() for _ in range(400)
        ]
        return np.mean(acted)

    assert share(0) == 0
    assert share(1) > 0.9  # a draw near the identity changes nothing
    assert 0.4 < share(0.5) < 0.6


@pytest.mark.parametrize('name', OPERATORS)
def test_input_is_not_written_to(name):
    frames = clip()
    kept = [frame.copy() for frame in frames]
    apply(build(name, prob=1), frames)
    assert all((a == b).all() for a, b in zip(frames, kept))


def test_operators_and_stock_transforms_in_any_order():
    """A clip is a list of frames first, and an array after an operator."""
    flip = build('Flip', flip_ratio=1)
    contrast = build('ClipContrast', factor_range=(0.5, 0.5), prob=1)
    crop = build('CenterCrop', crop_size=6)
    results = dict(imgs=clip(), img_shape=(9, 11), modality='RGB')
    for transform in (contrast, flip, crop, contrast, flip):
        results = transform(results)
    for frame, result in zip(clip(), results['imgs']):
        middle = frame[1:7, 3:9]  # of the mirrored one 2:8
        assert np.abs(result - (middle / 4 + 127.5 * 0.75)).max() <= 0.8


def test_cropped_frames_need_not_be_contiguous():
    frames = [frame[2:8, 3:9] for frame in clip()]
    for name in OPERATORS:
        assert apply(build(name, prob=1), frames)[0].shape == (6, 6, 3)


@pytest.mark.parametrize(
    'name, option',
    [
        ('ClipContrast', dict(prob=1.5)),
        ('ClipContrast', dict(factor_range=(1.5, 0.5))),
        ('ClipContrast', dict(factor_range=(-1, 1))),
        ('ClipBrightness', dict(max_delta=-1)),
        ('ClipHue', dict(shift_range=(0, 2))),
        ('ClipGaussianBlur', dict(kernel_size=6)),
        ('ClipGaussianBlur', dict(sigma_range=(0, 1))),
        ('ChannelSplit', dict(prob=-0.1)),
    ],
)
def test_values_out_of_range(name, option):
    ((key, _),) = option.items()
    with pytest.raises(ValueError, match=f'{name}.{key}'):
        build(name, **option)


def test_float_frames_are_refused():
    frames = [frame.astype(np.float32) for frame in clip()]
    with pytest.raises(ValueError, match='uint8.*float32'):
        apply(build('ClipContrast'), frames)
